export { IDENTITY_ENTITIES } from './entities/index.js'
