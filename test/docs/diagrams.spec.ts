import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagram, loadProgramme, type ProgrammeFiles } from '@saitaku/statechart'

const ROOT = process.cwd()
const FOLDER = join(ROOT, 'docs', 'diagrams')
/** Draws them anew: SAITAKU_DRAW=1 npm test -- test/docs */
const DRAW = process.env.SAITAKU_DRAW === '1'

function filesOf(name: string): ProgrammeFiles {
  const folder = join(ROOT, 'workflows', name)
  return Object.fromEntries(['programme.yaml', 'form.yaml', 'rubric.yaml'].filter((file) => existsSync(join(folder, file))).map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

const drawings = readdirSync(join(ROOT, 'workflows')).flatMap((name) =>
  [...(loadProgramme(filesOf(name)).programme?.charts ?? [])].flatMap(([chart, compiled]) => (['ja', 'en'] as const).map((lang) => ({ file: `${name}.${chart}.${lang}.svg`, compiled, lang }))),
)

describe('the diagrams in docs', () => {
  it.each(drawings)('show $file as its programme is now', ({ file, compiled, lang }) => {
    const svg = `${diagram(compiled, 'svg', { lang })}\n`
    if (DRAW) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(join(FOLDER, file), svg)
    }
    expect(readFileSync(join(FOLDER, file), 'utf8')).toBe(svg)
  })

  it('are those of the programmes and no others', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(drawings.map(({ file }) => file).sort())
  })
})
