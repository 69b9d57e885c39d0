export { createTestDatabase, type TestDatabase } from './test-database.js'
export { toyProgramme } from './toys/toy.js'
