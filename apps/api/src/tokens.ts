/** What Nest injects that is no class of its own. */
export const API_CONFIG = Symbol('ApiConfig')
/** The `Identity` of libs/identity. */
export const IDENTITY = Symbol('Identity')
