import { Module, type DynamicModule } from '@nestjs/common'
import { Database } from '@saitaku/database'
import type { Log } from '@saitaku/queue'
import type { WorkerConfig } from './config.js'
import { LOGGER, WORKER_CONFIG } from './tokens.js'
import { WorkService } from './work.service.js'

@Module({})
export class WorkerModule {
  static with(config: WorkerConfig, database: Database, log: Log): DynamicModule {
    return {
      module: WorkerModule,
      providers: [{ provide: WORKER_CONFIG, useValue: config }, { provide: Database, useValue: database }, { provide: LOGGER, useValue: log }, WorkService],
    }
  }
}
