import { clockTime } from '../texts/dates.js'
import { Icon } from './icons.js'
import { useUiTexts } from './texts.js'

export type Saving = { is: 'idle' } | { is: 'saving' } | { is: 'saved'; at: Date } | { is: 'kept' } | { is: 'failed' }

/** Where what was typed is now. */
export function SaveState({ state, retry }: { state: Saving; retry?: () => void }) {
  const say = useUiTexts()
  return (
    <p className={`save${state.is === 'failed' ? ' bad' : state.is === 'kept' ? ' warn' : state.is === 'saving' ? ' muted' : ''}`} role="status">
      {state.is === 'saving' && say('saving')}
      {state.is === 'saved' && <><Icon name="ok" />{say('savedAt', { time: clockTime(state.at) })}</>}
      {state.is === 'kept' && <><Icon name="offline" />{say('savedHere')}</>}
      {state.is === 'failed' && <><Icon name="error" />{say('saveFailed')}</>}
      {(state.is === 'failed' || state.is === 'kept') && retry && <button type="button" className="btn btn-3 btn-sm" onClick={retry}>{say('again')}</button>}
    </p>
  )
}
