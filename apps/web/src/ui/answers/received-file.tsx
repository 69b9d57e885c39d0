import { fileSize } from '../../texts/dates.js'
import { Button } from '../button.js'
import { Icon } from '../icons.js'
import { useAnswerTexts } from './texts.js'

/** A file as an answer names it. */
export interface FileAnswer { name: string; size: number; sha256: string }

export const filesOf = (value: unknown): FileAnswer[] => Array.isArray(value) ? (value as FileAnswer[]) : []

/** The service's receipt of a file: its size and its sum. */
export function ReceivedFile({ file, onRemove, href }: { file: FileAnswer; onRemove?: () => void; /** Where it can be opened. */ href?: string }) {
  const say = useAnswerTexts()
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 border-b border-(--rule) py-2">
      <span><Icon name="shield" /> {href ? <a href={href} target="_blank" rel="noreferrer">{file.name}</a> : file.name}<span className="meta block" title={file.sha256}>{say('fileDigest', { size: fileSize(file.size), sum: `${file.sha256.slice(0, 4)}…${file.sha256.slice(-4)}` })}</span></span>
      {onRemove && <Button rank="quiet" size="small" onClick={onRemove}>{say('removeFile', { name: file.name })}</Button>}
    </li>
  )
}

