// A thread that assigns reviewers: the solver computes for seconds, and requests are answered meanwhile.
import { parentPort, workerData } from 'node:worker_threads'
import { assign } from '@saitaku/review'

parentPort?.postMessage(await assign(workerData))
