import { useEffect, useId, useRef, type ReactNode } from 'react'

/**
 * A window that asks something. The browser's own dialog: it keeps the focus inside, Escape closes it, and focus goes
 * back to where it came from.
 */
export function Dialog({ open, title, onClose, children, actions }: { open: boolean; title: string; onClose: () => void; children?: ReactNode; actions: ReactNode }) {
  const box = useRef<HTMLDialogElement>(null), id = useId()
  useEffect(() => {
    const dialog = box.current
    if (!dialog || !open) return
    const before = document.activeElement
    dialog.showModal()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [open])
  if (!open) return null
  return (
    <dialog ref={box} className="dlg" aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose() }}>
      <h2 className="h-sub" id={id}>{title}</h2>
      <div className="stack mt-2">{children}</div>
      <div className="mt-5 flex flex-wrap gap-3">{actions}</div>
    </dialog>
  )
}
