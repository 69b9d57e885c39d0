import { createParamDecorator, Inject, Injectable, Logger, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { createPerson, NOBODY, type Viewer } from '@saitaku/applications'
import { language, line, name, uuid } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { API_CONFIG } from './tokens.js'
import type { ApiConfig } from './config.js'
import { badInput, unauthenticated } from './problems.js'

declare module 'fastify' {
  interface FastifyRequest {
    viewer?: Viewer
  }
}

const IS_OPEN = 'saitaku:open'
/** Marks a route that needs no sign-in. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(IS_OPEN, true)

/** The person who asks: always someone, except on open routes. */
export const CurrentViewer = createParamDecorator((_: unknown, context: ExecutionContext): Viewer => context.switchToHttp().getRequest<FastifyRequest>().viewer ?? NOBODY)
/** A viewer who is a person; routes that are not open never see another. */
export interface Person extends Viewer {
  personId: string
}
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): Person => {
  const viewer = context.switchToHttp().getRequest<FastifyRequest>().viewer
  if (!viewer || viewer.personId === null) throw unauthenticated()
  return { ...viewer, personId: viewer.personId }
})

const devIdentity = z.strictObject({
  person: uuid.transform((id) => id.toLowerCase()),
  roles: z.array(name).max(20).default([]),
  name: line(100).optional(),
  email: z.email().max(254).optional(),
  lang: language.optional(),
})

/**
 * Who asks. In this first form only the development header says so, where it is switched on: whoever can reach
 * the port can then be anyone. Real sign-in takes its place behind the same guard.
 */
@Injectable()
export class IdentityGuard implements CanActivate {
  private readonly registered = new Set<string>()

  constructor(
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    private readonly database: Database,
    private readonly reflector: Reflector,
  ) {
    if (config.devIdentity)
      new Logger('Identity').warn('SAITAKU_DEV_IDENTITY=1: anyone who reaches this port can act as anyone, by the header X-Dev-Identity. For development only.')
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    const viewer = this.config.devIdentity ? await this.fromHeader(request.headers['x-dev-identity']) : undefined
    if (viewer) request.viewer = viewer
    else if (!this.reflector.getAllAndOverride<boolean>(IS_OPEN, [context.getHandler(), context.getClass()])) throw unauthenticated()
    return true
  }

  private async fromHeader(header: string | string[] | undefined): Promise<Viewer | undefined> {
    if (header === undefined) return undefined
    const identity = devIdentity.safeParse(parsed(String(header)))
    if (!identity.success) throw badInput('X-Dev-Identity が正しくありません', 'X-Dev-Identity is JSON such as {"person": "<uuid>", "roles": ["secretariat"]}')
    const { person, roles, name: called, email, lang } = identity.data
    if (!this.registered.has(person)) {
      await createPerson(this.database, { id: person, name: called ?? `Developer ${person.slice(0, 8)}`, email: email ?? `${person}@dev.invalid`, lang })
      this.registered.add(person)
    }
    return { personId: person, roles }
  }
}

/** A header is Latin-1; names in it are written as JSON escapes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
