import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

const ROOT = path.resolve(import.meta.dirname, '../..')
const COMPRESSIBLE = /\.(js|css|svg|json|mjs)$/
const WORTH_IT = 1_000 // bytes

const brotli = promisify(zlib.brotliCompress), gzip = promisify(zlib.gzip)

/** Writes `.br` and `.gz` beside each asset, so that the server only sends files. */
function precompress(): Plugin {
  return {
    name: 'precompress', apply: 'build',
    async writeBundle({ dir = '' }) {
      const assets = path.join(dir, 'assets')
      const names = (await readdir(assets)).filter((name) => COMPRESSIBLE.test(name))
      await Promise.all(names.map(async (name) => {
        const file = path.join(assets, name), bytes = await readFile(file)
        if (bytes.length < WORTH_IT) return
        await Promise.all([
          brotli(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).then((small) => writeFile(`${file}.br`, small)),
          gzip(bytes, { level: 9 }).then((small) => writeFile(`${file}.gz`, small)),
        ])
      }))
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [tailwindcss(), precompress()],
  resolve: { alias: [{ find: /^@saitaku\/(.+)$/, replacement: `${ROOT}/libs/$1/src/index.ts` }] },
  build: {
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !/\/libs\/|holiday_jp/.test(id) } }, // the pure libs do nothing by being loaded
    outDir: path.join(ROOT, 'dist/apps/web'), emptyOutDir: true, assetsInlineLimit: 0, target: 'es2023', manifest: true, reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // kB before compression; what is allowed after it stands in a test
  },
})
