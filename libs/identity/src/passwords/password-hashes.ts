import { hash, parseOptions, verify } from '@node-rs/argon2'
import type { IdentitySettings } from '../settings.js'
import { readPassword } from './password-rules.js'

/** More were asked for at once than the machine should try. */
export class TooManyHashes extends Error {}

/**
 * Argon2id. Each hash takes 19 MiB and some 20 ms of a core, so only a few run at once and a bounded number
 * waits: a flood of sign-ins slows sign-ins down, and nothing else.
 */
export class PasswordHashes {
  private running = 0
  private readonly waiting: (() => void)[] = []
  private nobodys: Promise<string> | undefined

  constructor(private readonly settings: IdentitySettings['password']) {}

  make(password: string): Promise<string> {
    return this.inTurn(() => hash(readPassword(password), this.parameters()))
  }

  /** Whether it is the password of this hash. Without a hash it takes as long, and is not. */
  async fits(stored: string | null | undefined, password: string): Promise<boolean> {
    this.nobodys ??= this.make('the password of nobody')
    const against = stored ?? (await this.nobodys)
    const right = await this.inTurn(() => verify(against, readPassword(password)))
    return right && stored !== null && stored !== undefined
  }

  /** Whether it was made with other parameters than are set now. */
  isStale(stored: string): boolean {
    const { memoryCost, timeCost, parallelism, algorithm, version } = parseOptions(stored)
    const now = this.parameters()
    return memoryCost !== now.memoryCost || timeCost !== now.timeCost || parallelism !== now.parallelism || Number(algorithm) !== ARGON2ID || Number(version) !== VERSION_13
  }

  private parameters(): { memoryCost: number; timeCost: number; parallelism: number } {
    return { memoryCost: this.settings.memoryKiB, timeCost: this.settings.passes, parallelism: 1 }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.settings.atOnce) {
      if (this.waiting.length >= this.settings.waiting) throw new TooManyHashes()
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    } else this.running++
    try {
      return await work()
    } finally {
      // The place passes on to who waits longest, or is free.
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}

// The package's enums are const and cannot be imported by a compiler that sees one file at a time.
const ARGON2ID = 2
const VERSION_13 = 1
