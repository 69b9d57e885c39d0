export { createTestDatabase, type TestDatabase } from './test-database.js'
export { toyProgramme } from './toys/toy.js'
export { tidyProgramme } from './toys/tidy.js'
export { breakProgramme, takeMarks, type Broken, type Edit } from './break-programme.js'
