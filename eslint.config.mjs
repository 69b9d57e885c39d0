import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const PURE = 'libs/{statechart,review,forms,money,calendar,access,contracts}/src/**/*.ts'
const SPECS = '**/*.{spec,e2e-spec}.ts'

const banned = (selector, message) => ({ selector, message })

/** A pure lib's answer depends on its arguments alone: no clock, no chance, no process, no I/O. */
const purity = [
  banned("MemberExpression[object.name='Date'][property.name='now']", 'A pure lib has no clock: take the instant as an argument.'),
  banned("NewExpression[callee.name='Date'][arguments.length=0]", 'A pure lib has no clock: take the instant as an argument.'),
  banned("CallExpression[callee.name='Date']", 'A pure lib has no clock: take the instant as an argument.'),
  banned("MemberExpression[object.name='DateTime'][property.name=/^(now|local|utc)$/]", 'A pure lib has no clock: take the instant as an argument.'),
  banned("MemberExpression[object.name='Math'][property.name='random']", 'A pure lib has no chance: take a seed as an argument.'),
  banned("ImportDeclaration[source.value=/^node:/], ImportExpression[source.value=/^node:/]", 'A pure lib has no I/O: the caller reads and writes.'),
]

const pureGlobals = ['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console', 'Buffer', 'navigator', 'globalThis']
  .map((name) => ({ name, message: 'A pure lib has no clock, chance, process or I/O: take what it needs as an argument.' }))

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.data/', 'apps/web/src/api/schema.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['{apps,libs,test,workflows}/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off', // an interface may promise what one implementation has at once
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: [PURE],
    ignores: [SPECS],
    rules: {
      'no-restricted-syntax': ['error', ...purity],
      'no-restricted-globals': ['error', ...pureGlobals],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.base],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
)
