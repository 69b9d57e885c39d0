import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { ADMINISTRATOR, NOBODY, rolesIn } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import type { FastifyRequest } from 'fastify'
import { forbidden } from '../problems.js'

/** Lets administrators past and nobody else, before anything of the request is read. */
@Injectable()
export class AdministratorsGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { viewer = NOBODY } = context.switchToHttp().getRequest<FastifyRequest>()
    if ((await rolesIn(this.database, viewer, '*')).includes(ADMINISTRATOR)) return true
    throw forbidden('この操作は管理者だけができます', 'Only an administrator may do this')
  }
}
