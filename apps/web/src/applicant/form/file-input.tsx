import type { FieldOf } from '@saitaku/forms'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.js'
import { FieldError, Needed } from '../../ui/field.js'
import { filesOf, ReceivedFile, type FileAnswer } from '../../ui/answers/received-file.js'
import { Icon } from '../../ui/icons.js'
import { Bar } from '../../ui/status.js'
import { useApplicantTexts } from '../texts.js'
import type { Frame, InputProps } from './input-props.js'
import type { UploadProgress } from './uploads.js'

interface Running { id: number; name: string; progress: UploadProgress; stop: AbortController }

let next = 1

/** Each file with how far it is, and once received its size and sum, as the service has them. */
export function FileInput({ field, value, onChange, onBlur, place, frame }: InputProps<FieldOf<'file'>> & { frame: Frame }) {
  const say = useApplicantTexts()
  const input = useRef<HTMLInputElement>(null)
  const [running, setRunning] = useState<readonly Running[]>([])
  const files = filesOf(value), latest = useRef(files)
  useEffect(() => { latest.current = files })
  const change = (id: number, progress: UploadProgress) => setRunning((all) => all.map((each) => each.id === id ? { ...each, progress } : each))
  const write = (all: FileAnswer[]) => {
    latest.current = all
    onChange(all.length === 0 ? undefined : all)
    onBlur()
  }
  const send = async (file: File) => {
    const id = next++, stop = new AbortController()
    setRunning((all) => [...all, { id, name: file.name, progress: { is: 'sending', share: 0 }, stop }])
    const { sendFile } = await import('./uploads.js') // only who attaches a file loads the protocol
    const received = await sendFile(file, { ...place, field: field.id }, (progress) => change(id, progress), stop.signal)
    if (!received) return
    setRunning((all) => all.filter((each) => each.id !== id))
    write([...latest.current.filter(({ name }) => name !== received.name), received])
  }
  const room = field.maxFiles - files.length - running.filter(({ progress }) => progress.is !== 'refused').length
  return (
    <section className="field w-full" aria-labelledby={`${field.id}-title`} id={`${field.id}-group`}>
      <h2 className="lab" id={`${field.id}-title`}>{frame.label} <Needed required={frame.required} /></h2>
      {frame.help && <p className="sup">{frame.help}</p>}
      <p className="sup">{say('fileLimit', { count: field.maxFiles })}</p>
      <input ref={input} type="file" className="sr-only" tabIndex={-1} aria-hidden="true" multiple={field.maxFiles > 1} onChange={({ target }) => {
        for (const file of [...(target.files ?? [])].slice(0, Math.max(0, room))) void send(file)
        target.value = ''
      }} />
      {room > 0
        ? <Button id={field.id} icon="clip" aria-describedby={frame.error ? `${field.id}-error` : undefined} onClick={() => input.current?.click()}>{say(field.maxFiles > 1 ? 'chooseFiles' : 'chooseFile')}<span className="sr-only">{frame.label}</span></Button>
        : <p className="meta">{say('tooManyFiles', { count: field.maxFiles })}</p>}
      <ul className="grid w-full gap-2" aria-live="polite">
        {files.map((file) => <ReceivedFile key={file.sha256 + file.name} file={file} onRemove={() => write(files.filter((each) => each !== file))} />)}
        {running.map((each) => <RunningFile key={each.id} running={each} onRemove={() => { each.stop.abort(); setRunning((all) => all.filter(({ id }) => id !== each.id)) }} />)}
      </ul>
      <FieldError id={field.id} error={frame.error} warning={frame.warning} />
    </section>
  )
}

function RunningFile({ running: { name, progress }, onRemove }: { running: Running; onRemove: () => void }) {
  const say = useApplicantTexts()
  return (
    <li className="grid gap-1 border-b border-(--rule) py-2">
      <span className="flex flex-wrap items-center justify-between gap-x-4">
        {progress.is === 'sending' && <span>{say('sending', { name })} {Math.round(progress.share * 100)}%</span>}
        {progress.is === 'waiting' && <span><Icon name="offline" /> {say('waitingFile', { name })}</span>}
        {progress.is === 'checking' && <span>{say('checkingFile', { name })}</span>}
        {progress.is === 'refused' && <span className="etext"><Icon name="error" /><span>{say('fileRefused', { name })}<span className="block">{progress.reason ?? (progress.gone ? say('fileGone') : '')}</span></span></span>}
        <Button rank="quiet" size="small" onClick={onRemove}>{say('removeFile', { name })}</Button>
      </span>
      {progress.is === 'sending' && <Bar share={progress.share} />}
    </li>
  )
}
