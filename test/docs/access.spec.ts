import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadProgramme } from '@saitaku/statechart'
import { accessDocument, type ProgrammeRights } from './access-document.js'

const ROOT = process.cwd()
const FILE = join(ROOT, 'docs', 'access.md')
/** Writes it anew: SAITAKU_DRAW=1 npm test -- test/docs */
const DRAW = process.env.SAITAKU_DRAW === '1'

function rightsOf(name: string): ProgrammeRights {
  const folder = join(ROOT, 'workflows', name)
  const files = Object.fromEntries(['programme.yaml', 'form.yaml', 'rubric.yaml'].filter((file) => existsSync(join(folder, file))).map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  const { programme } = loadProgramme(files)
  if (!programme) throw new Error(`${name} does not load`)
  return { name, programme }
}

describe('docs/access.md', () => {
  const text = accessDocument(readdirSync(join(ROOT, 'workflows')).map(rightsOf))

  it('says who may see and do what as the rules and the programmes are now', () => {
    if (DRAW) writeFileSync(FILE, text)
    expect(readFileSync(FILE, 'utf8')).toBe(text)
  })

  it('names every event of every chart with who may send it', () => {
    for (const name of readdirSync(join(ROOT, 'workflows'))) for (const event of Object.keys(rightsOf(name).programme.definition.events)) expect([event, text.includes(`\`${event}\``)]).toEqual([event, true])
  })
})
