import { writeFile } from 'node:fs/promises'
import { openApiText } from './openapi-export.js'

// Writes the OpenAPI description to a file, without a database: from it the web's client is generated.
const [target] = process.argv.slice(2)
if (target === undefined) {
  process.stderr.write('usage: openapi-main FILE\n')
  process.exit(2)
}
await writeFile(target, await openApiText())
