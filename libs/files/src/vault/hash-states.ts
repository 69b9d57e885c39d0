import { createHash, type Hash } from 'node:crypto'

interface HashState {
  hash: Hash
  /** Bytes that have gone into it. */
  offset: number
  usedAt: number
}

const MOST = 1_000
const IDLE_MS = 30 * 60_000

/**
 * SHA-256 of uploads under way, brought on with each byte as it is stored, so that a finished gigabyte is not read
 * again. A state that is lost (another process went on, a restart, too many uploads) costs one reading at the end.
 */
export class HashStates {
  private readonly states = new Map<string, HashState>()

  /** The state of an upload that goes on at `offset`; undefined where there is none that stands exactly there. */
  at(id: string, offset: number): HashState | undefined {
    const known = this.states.get(id)
    const state = known?.offset === offset ? known : offset === 0 ? { hash: createHash('sha256'), offset: 0, usedAt: 0 } : undefined
    this.states.delete(id)
    if (!state) return undefined
    this.prune()
    this.states.set(id, state)
    state.usedAt = performance.now()
    return state
  }

  /** The sum of a whole upload, in hexadecimal; undefined where the state is lost. */
  finish(id: string, size: number): string | undefined {
    const state = this.states.get(id)
    this.states.delete(id)
    return state?.offset === size ? state.hash.digest('hex') : undefined
  }

  forget(id: string): void {
    this.states.delete(id)
  }

  get count(): number {
    return this.states.size
  }

  /** The longest unused come first in the map. */
  private prune(): void {
    const oldest = performance.now() - IDLE_MS
    for (const [id, state] of this.states) {
      if (this.states.size < MOST && state.usedAt > oldest) return
      this.states.delete(id)
    }
  }
}

export function brought(state: HashState | undefined, chunk: Uint8Array): void {
  if (!state) return
  state.hash.update(chunk)
  state.offset += chunk.length
}
