export const WORKER_CONFIG = Symbol('WORKER_CONFIG')
export const LOGGER = Symbol('LOGGER')
