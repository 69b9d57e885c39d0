import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { queries } from './api/queries.js'
import { createRoutes } from './routes.js'
import './session/developer.js'
import { startTexts } from './texts/texts.js'
import './ui/app.css'

startTexts()
const page = document.getElementById('page')
if (!page) throw new Error('index.html has no #page')
createRoot(page).render(
  <StrictMode><QueryClientProvider client={queries}><RouterProvider router={createRoutes()} /></QueryClientProvider></StrictMode>,
)
