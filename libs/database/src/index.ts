export { Database, SERVICE_ROLE, appNow, setClock, type DatabaseOptions, type EntityClass, type Row, type Tx } from './database.js'
export { migrate, pendingMigrations } from './migrate.js'
export { isConnectionLoss } from './connection-loss.js'
export { crashAt, type CrashHere } from './crash-points.js'
