import { useSyncExternalStore } from 'react'
import { Icon, type IconName } from './icons.js'

interface Toast { id: number; text: string; icon: IconName; action?: { label: string; run: () => void } }

const SHOWN_MS = 6_000, WITH_ACTION_MS = 15_000
let toasts: readonly Toast[] = []
let next = 1
const listeners = new Set<() => void>()

/** A short message that goes by itself; with an action (undo) it stays longer. */
export function toast(text: string, options: { icon?: IconName; action?: Toast['action'] } = {}): void {
  const id = next++
  change([...toasts, { id, text, icon: options.icon ?? 'ok', ...(options.action ? { action: options.action } : {}) }])
  setTimeout(() => change(toasts.filter((each) => each.id !== id)), options.action ? WITH_ACTION_MS : SHOWN_MS)
}

function change(now: readonly Toast[]): void {
  toasts = now
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, icon, action }) => (
        <p key={id} className="toast"><Icon name={icon} />{text}
          {action && <button type="button" onClick={() => { action.run(); change(toasts.filter((each) => each.id !== id)) }}>{action.label}</button>}
        </p>
      ))}
    </div>
  )
}
