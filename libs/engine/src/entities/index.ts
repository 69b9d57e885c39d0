import { CaseEntity } from './case.entity.js'
import { CaseEventEntity } from './case-event.entity.js'
import { CommandKeyEntity } from './command-key.entity.js'
import { EffectOutcomeEntity } from './effect-outcome.entity.js'
import { FanoutItemEntity } from './fanout-item.entity.js'
import { NumberCounterEntity } from './number-counter.entity.js'
import { NumberIssuedEntity } from './number-issued.entity.js'
import { OutboxEntity } from './outbox.entity.js'
import { ProgrammeVersionEntity } from './programme-version.entity.js'
import { TimerEntity } from './timer.entity.js'

/** The tables that the engine writes. */
export const ENGINE_ENTITIES = [
  ProgrammeVersionEntity, CaseEntity, CaseEventEntity, CommandKeyEntity, TimerEntity, OutboxEntity, EffectOutcomeEntity, FanoutItemEntity, NumberCounterEntity, NumberIssuedEntity,
]
