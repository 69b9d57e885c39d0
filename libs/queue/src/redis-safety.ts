import type { Redis } from 'ioredis'

/** A Redis that may forget jobs. The message names the setting and what to do. */
export class UnsafeRedis extends Error {
  override readonly name = 'UnsafeRedis'
}

/** There is no Redis where REDIS_URL says. */
export class RedisUnreachable extends Error {
  override readonly name = 'RedisUnreachable'
}

/** Connects, or throws RedisUnreachable at once: a wrong address is better told than waited for. */
export async function connectRedis(redis: Redis): Promise<void> {
  let reason = 'no answer'
  const hear = (error: Error): void => { reason = error.message }
  redis.on('error', hear)
  try {
    await redis.connect()
  } catch {
    throw new RedisUnreachable(`Redis at ${placeOf(redis)} cannot be reached (${reason}); start it, or correct REDIS_URL.`)
  } finally {
    redis.off('error', hear)
  }
}

function placeOf(redis: Redis): string {
  return `${redis.options.host ?? 'localhost'}:${redis.options.port ?? 6379}`
}

/**
 * Refuses a Redis that may evict keys or keeps no append-only file. INFO rather than CONFIG: managed
 * servers forbid the latter.
 */
export async function refuseUnsafeRedis(redis: Redis): Promise<void> {
  const server = `Redis at ${placeOf(redis)}`
  const allow = 'or allow it with ALLOW_UNSAFE_REDIS=1'
  const info = parseInfo(`${await redis.info('memory')}\n${await redis.info('persistence')}`)
  const policy = info.get('maxmemory_policy')
  if (policy !== 'noeviction')
    throw new UnsafeRedis(`${server} may evict jobs (maxmemory-policy is ${policy ?? 'unknown'}); set maxmemory-policy noeviction, ${allow}.`)
  if (info.get('aof_enabled') !== '1')
    throw new UnsafeRedis(`${server} loses its jobs in a crash (appendonly is off); set appendonly yes, ${allow}.`)
}

function parseInfo(text: string): Map<string, string> {
  return new Map(text.split(/\r?\n/).filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
