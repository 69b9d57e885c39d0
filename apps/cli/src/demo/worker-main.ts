// A worker process of the demo: works until it is told to stop, or its parent is gone.
import { startWorker, type WorkerSettings } from './composition.js'

const settings = JSON.parse(process.env.SAITAKU_DEMO_WORKER ?? '{}') as WorkerSettings
const worker = await startWorker(settings)
let stopping = false
const stop = (): void => {
  if (stopping) return
  stopping = true
  void worker.stop().finally(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.once('disconnect', stop)
process.send?.('working')
