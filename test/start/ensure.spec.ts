import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureBuild } from '../../scripts/build.mjs'
import { ensureDependencies, ensureNode } from '../../scripts/ensure.mjs'
import { makeTinyProject, write } from './tiny-project.js'

describe('what every command ensures first', () => {
  it('refuses a Node that is too old in one sentence', () => {
    expect(() => ensureNode('20.18.3')).toThrow('This is Node 20.18.3, but Saitaku needs Node 20.19 or newer.')
    expect(() => ensureNode('18.20.4')).toThrow('This is Node 18.20.4, but Saitaku needs Node 20.19 or newer.')
    for (const version of ['20.19.0', '22.3.0', '24.0.0']) expect(ensureNode(version)).toBeUndefined()
  })

  describe('dependencies', () => {
    let root: string
    let before: string | undefined
    beforeEach(() => {
      root = fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-ensure-'))
      before = process.env.PATH
      process.env.PATH = `${path.join(root, 'bin')}${path.delimiter}${before}`
      write(root, 'package-lock.json', lock('1.0.0'))
    })
    afterEach(() => {
      process.env.PATH = before
      fs.rmSync(root, { recursive: true, force: true })
    })

    it('are installed without install scripts when missing, and not a second time', async () => {
      npmThat(`echo "$@" >> ${root}/calls; mkdir -p node_modules`)
      expect([await ensureDependencies({ root }), await ensureDependencies({ root })]).toEqual([true, false])
      expect(fs.readFileSync(path.join(root, 'calls'), 'utf8')).toMatch(/^ci --ignore-scripts --no-audit --no-fund [^\n]*\n$/)
    })

    it('are installed again when the lock file has changed', async () => {
      npmThat('mkdir -p node_modules')
      await ensureDependencies({ root })
      write(root, 'package-lock.json', lock('1.0.1'))
      expect(await ensureDependencies({ root })).toBe(true)
    })

    it('are left alone when they were installed by hand from this lock file', async () => {
      npmThat('exit 1')
      write(root, 'node_modules/.package-lock.json', lock('1.0.0'))
      expect(await ensureDependencies({ root })).toBe(false)
    })

    it.each([
      ['npm error code ENOTFOUND\nnpm error network request to registry failed',
        'The dependencies are missing or out of date and the npm registry cannot be reached: connect to the network (or set a proxy or a mirror for npm) and start again.'],
      ['npm error code ENOSPC\nnpm error nospc There is not enough space', 'The disk is full: the dependencies could not be installed.'],
      ['npm error code EACCES', 'The dependencies could not be installed, for node_modules is not writable by this user.'],
      ['npm error code EUSAGE\nnpm error Missing: left from lock file', 'The dependencies could not be installed (npm: Missing: left from lock file).'],
    ])('explain a failed install in one sentence: %j', async (said, sentence) => {
      npmThat(`printf '${said.replaceAll('\n', '\\n')}\\n' >&2; exit 1`)
      await expect(ensureDependencies({ root })).rejects.toMatchObject({ name: 'StartProblem', message: sentence })
    })

    const npmThat = (does: string): void => {
      write(root, 'bin/npm', `#!/bin/sh\n${does}\n`)
      fs.chmodSync(path.join(root, 'bin/npm'), 0o755)
    }
    const lock = (version: string): string => JSON.stringify({ packages: { '': {}, 'node_modules/left': { version, integrity: version }, 'node_modules/other-platform': { version: '1.0.0', optional: true } } })
  })

  it('builds only what changed, with @saitaku/<lib> resolved, assets copied and outputs of deleted sources removed', async () => {
    const project = makeTinyProject()
    const { root } = project
    try {
      write(root, 'libs/words/src/gone.ts', 'export const gone = 1\n')
      write(root, 'libs/words/src/health.spec.ts', 'it("is no part of the build", () => undefined)\n')
      expect([await ensureBuild({ root }), await ensureBuild({ root })]).toEqual([true, false])
      fs.rmSync(path.join(root, 'libs/words/src/gone.ts'))
      expect([await ensureBuild({ root }), await ensureBuild({ root })]).toEqual([true, false])
      expect(fs.readdirSync(path.join(root, 'dist/libs/words/src')).sort()).toEqual(['index.js', 'index.js.map', 'sentence.txt'])
      expect(fs.readFileSync(path.join(root, 'dist/apps/api/src/main.js'), 'utf8')).toContain('from "../../../libs/words/src/index.js"')
      write(root, 'libs/words/src/index.ts', 'export const health = = 3\n')
      const failed = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs')], { encoding: 'utf8' })
      expect([failed.status, failed.stderr.trim().split('\n').at(-1)]).toEqual([3, 'The sources do not compile, as reported above.'])
      expect(failed.stderr).toContain('libs/words/src/index.ts:1:1')
    } finally {
      project.remove()
    }
  })
})
