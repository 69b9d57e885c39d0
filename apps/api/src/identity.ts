import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { NOBODY, type Viewer } from '@saitaku/applications'
import type { SessionIdentity } from '@saitaku/identity'
import type { FastifyRequest } from 'fastify'
import { Gate } from './auth/gate.js'
import { unauthenticated } from './problems.js'

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
/** The session that asks, for what concerns the account itself: the development header has none. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): SessionIdentity => {
  const { session } = context.switchToHttp().getRequest<FastifyRequest>()
  if (!session) throw unauthenticated()
  return session
})

/** Lets nobody past who is not signed in, but on open routes, and no write that another site brought about. */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(
    private readonly gate: Gate,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    await this.gate.recognise(request)
    if (this.reflector.getAllAndOverride<boolean>(IS_OPEN, [context.getHandler(), context.getClass()])) return true
    if (!request.viewer) throw unauthenticated()
    this.gate.mustBeMeant(request)
    return true
  }
}
