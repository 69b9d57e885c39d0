import { QueryClient } from '@tanstack/react-query'
import { isProblem } from './problem.js'

const A_MINUTE = 60_000

/** What a person was not allowed to see, or what is not there, is not asked for again; what may pass is, twice. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: 10 * A_MINUTE, networkMode: 'always', retry: (failures, error) => failures < 2 && isProblem(error) && error.passing, retryDelay: (failures) => 500 * 2 ** failures },
    mutations: { networkMode: 'always' },
  },
})
