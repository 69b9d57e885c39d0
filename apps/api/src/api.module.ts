import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core'
import { CaseLists, CaseScopes, CaseViews, registerApplications } from '@saitaku/applications'
import { recusedFrom, registerCommittee } from '@saitaku/committee'
import { Database } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { registerFiles } from '@saitaku/files'
import { createIdentity } from '@saitaku/identity'
import { ZodValidationPipe } from 'nestjs-zod'
import { LoggerModule } from 'nestjs-pino'
import type { Logger } from 'pino'
import { AdministrationController } from './administration.controller.js'
import { APPLICATION_CONTROLLERS, APPLICATION_PROVIDERS } from './applications.composition.js'
import { ApplicationsController } from './applications.controller.js'
import { AccountsController } from './auth/accounts.controller.js'
import { Door } from './auth/door.js'
import { FactorsController } from './auth/factors.controller.js'
import { Gate } from './auth/gate.js'
import { MeController } from './auth/me.controller.js'
import { OpenIdController } from './auth/openid.controller.js'
import { PeopleController } from './auth/people.controller.js'
import { RoleNames } from './auth/role-names.js'
import { RolesController } from './auth/roles.controller.js'
import { SignInController } from './auth/sign-in.controller.js'
import { CallsController } from './calls.controller.js'
import { CaseCommands } from './case.commands.js'
import { CasesController } from './cases.controller.js'
import { COMMITTEE_CONTROLLERS, COMMITTEE_PROVIDERS } from './committee/committee.composition.js'
import type { ApiConfig } from './config.js'
import { FILES_CONTROLLERS, filesProviders } from './files/index.js'
import { HealthController } from './health.controller.js'
import { IdentityGuard } from './identity.js'
import { Mailbox } from './mailbox.js'
import { MailboxController } from './mailbox.controller.js'
import { CaseNoticesController } from './notices/case-notices.controller.js'
import { InboxController } from './notices/inbox.controller.js'
import { ProblemFilter } from './problem.filter.js'
import { ProgrammesController } from './programmes.controller.js'
import { API_CONFIG, IDENTITY } from './tokens.js'
import { WEBHOOKS_CONTROLLERS, webhooksProviders } from './webhooks/index.js'

const SIGN_IN = [SignInController, OpenIdController, AccountsController, MeController, FactorsController, PeopleController, RolesController]

/** The API process: controllers over the engine and the libs with records. */
@Module({})
export class ApiModule implements OnApplicationShutdown {
  constructor(
    private readonly engine: Engine,
    private readonly database: Database,
  ) {}

  static with(config: ApiConfig, database: Database, logger: Logger): DynamicModule {
    CaseScopes.of(database).hideFromPanel(recusedFrom)
    return {
      module: ApiModule,
      // Fastify logs requests with the same logger; a middleware for it would cost every request
      imports: [LoggerModule.forRoot({ pinoHttp: { logger }, useExisting: true, forRoutes: [] })],
      controllers: [...SIGN_IN, InboxController, CaseNoticesController, HealthController, ProgrammesController, CallsController, ApplicationsController, CasesController, AdministrationController, MailboxController, ...APPLICATION_CONTROLLERS, ...FILES_CONTROLLERS, ...WEBHOOKS_CONTROLLERS, ...COMMITTEE_CONTROLLERS],
      providers: [
        ...COMMITTEE_PROVIDERS,
        { provide: API_CONFIG, useValue: config },
        { provide: Database, useValue: database },
        { provide: Engine, useFactory: () => new Engine(database, withFacts()) },
        { provide: CaseViews, useFactory: (engine: Engine) => new CaseViews(engine), inject: [Engine] },
        { provide: CaseLists, useFactory: (engine: Engine, views: CaseViews) => new CaseLists(engine, views), inject: [Engine, CaseViews] },
        { provide: IDENTITY, useFactory: () => createIdentity({ database, secrets: config.secrets, settings: { baseUrl: config.baseUrl, ...(config.openId ? { openId: config.openId } : {}) } }) },
        Gate,
        Door,
        RoleNames,
        CaseCommands,
        ...APPLICATION_PROVIDERS,
        ...filesProviders(),
        ...webhooksProviders(config),
        Mailbox,
        { provide: APP_GUARD, useClass: IdentityGuard },
        { provide: APP_PIPE, useClass: ZodValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    }
  }

  /** After the last request: what was accepted is committed before the connections close. */
  async onApplicationShutdown(): Promise<void> {
    await this.engine.idle()
    await this.database.close()
  }
}

function withFacts(): Registry {
  const registry = new Registry()
  registerApplications(registry)
  registerCommittee(registry)
  registerFiles(registry)
  return registry
}
