// Which folder may import which. Rules follow reachability where a leak through a third file would defeat
// them. test/architecture plants a violation of each.
const PURE_LIBS = 'statechart|review|forms|money|calendar|access|contracts'
const RECORDS = 'applications|committee|documents|ledger|directory|identity|files|webhooks'
const SPEC = '\\.(spec|e2e-spec)\\.ts$'
const packages = ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'npm-unknown', 'core', 'unknown']

const onlyPackages = (lib, allowed) => ({
  name: `${lib}-imports-only-its-packages`, severity: 'error',
  comment: 'A pure lib brings no I/O in with a package. A new package is added here, with the reason in its README.',
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: { dependencyTypes: packages, pathNot: `node_modules/(@types/)?(${allowed})/` },
})

const onlyLibs = (lib, allowed) => ({
  name: `${lib}-imports-only-its-libs`, severity: 'error', comment: 'The pure libs build on each other in one direction.',
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
})

const livesIn = (name, packagePattern, owners, comment) => ({
  name, severity: 'error', comment,
  from: { path: '^(apps|libs)/', pathNot: [`^(${owners})/`, SPEC] },
  to: { path: `node_modules/(@types/)?(${packagePattern})/` },
})

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', comment: 'Two files that need each other are one, or miss a third.', from: {}, to: { circular: true } },
    onlyPackages('statechart', 'xstate|yaml|zod|@marcbachmann/cel-js'),
    onlyPackages('review', 'fraction\\.js|highs|zod'),
    onlyPackages('forms', 'zod|@marcbachmann/cel-js'),
    onlyPackages('calendar', 'luxon|@holiday-jp/holiday_jp'),
    onlyPackages('contracts', 'zod'),
    onlyPackages('money', 'fraction\\.js'),
    onlyPackages('access', '(?!)'),
    onlyLibs('statechart', ['access', 'forms', 'calendar', 'contracts', 'review', 'money']),
    onlyLibs('review', ['forms', 'calendar', 'money', 'contracts']),
    onlyLibs('forms', ['calendar', 'money', 'contracts']),
    onlyLibs('calendar', []),
    onlyLibs('money', []),
    onlyLibs('access', ['contracts']),
    onlyLibs('contracts', []),
    { name: 'pure-stays-pure', severity: 'error', comment: 'Followed through every file in between.',
      from: { path: `^libs/(${PURE_LIBS})/`, pathNot: SPEC }, to: { path: `^(apps|libs/(database|engine|queue|testkit|${RECORDS}))/`, reachable: true } },
    { name: 'engine-knows-no-programme', severity: 'error', comment: 'Register a fact provider or an effect handler instead.',
      from: { path: '^libs/engine/' }, to: { path: `^(apps|workflows|libs/(queue|${RECORDS}))/` } },
    { name: 'records-stand-alone', severity: 'error', comment: 'Speak through the engine: a fact provider, an effect handler, an event.',
      from: { path: `^libs/(${RECORDS})/` }, to: { path: `^libs/(${RECORDS})/`, pathNot: '^libs/$1/' } },
    livesIn('typeorm-lives-with-records', 'typeorm|@nestjs/typeorm', `libs/(database|engine|notices|testkit|${RECORDS})`, 'Ask the lib that owns the table.'),
    livesIn('bullmq-lives-in-queue', 'bullmq|ioredis', 'libs/(queue|testkit)', 'Add a typed job to libs/queue.'),
    livesIn('mail-lives-with-the-worker', 'nodemailer|liquidjs', 'apps/worker|libs/(queue|notices)', 'Write an outbox row; the worker renders and sends.'),
    { name: 'api-enqueues-through-the-outbox', severity: 'error', comment: 'A job added beside a transaction is lost or doubled in a crash.',
      from: { path: '^apps/api/', pathNot: SPEC }, to: { path: '^libs/queue/', reachable: true } },
    { name: 'apps-do-not-share', severity: 'error', comment: 'What two apps need is a lib.',
      from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' } },
    { name: 'libs-know-no-app', severity: 'error', comment: 'Apps compose libs.', from: { path: '^libs/' }, to: { path: '^apps/' } },
    { name: 'web-is-a-browser', severity: 'error', comment: 'The browser gets pure libs only.',
      from: { path: '^apps/web/' }, to: { path: `^libs/(database|engine|queue|testkit|${RECORDS})/`, reachable: true } },
    { name: 'audiences-stand-alone', severity: 'error', comment: 'What two audiences show is a component: move it to apps/web/src/ui.',
      from: { path: '^apps/web/src/(public|applicant|review|office)/' }, to: { path: '^apps/web/src/(public|applicant|review|office)/', pathNot: '^apps/web/src/$1/' } },
    { name: 'parts-know-no-audience', severity: 'error', comment: 'A part serves every audience: hand it what it shows.',
      from: { path: '^apps/web/src/(ui|api|session|texts)/' }, to: { path: '^apps/web/src/(public|applicant|review|office)/' } },
    livesIn('react-lives-in-the-web', 'react|react-dom|react-router|@tanstack/[^/]+|i18next|vite|tailwindcss', 'apps/web', 'Pages are made in apps/web.'),
    { name: 'testkit-is-for-tests', severity: 'error', comment: 'Move what the product needs into the lib whose concept it is.',
      from: { path: '^(apps|libs/(?!testkit/))', pathNot: SPEC }, to: { path: '^libs/testkit/' } },
    { name: 'enter-by-the-front-door', severity: 'error', comment: 'Import @saitaku/<lib>; export there what is meant for others.',
      from: { path: '^(?:apps|test|workflows|libs)/([^/]+)/' }, to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^libs/$1/' } },
    { name: 'scripts-start-without-packages', severity: 'error', comment: 'The scripts install the packages: import one dynamically, after ensureDependencies.',
      from: { path: '^scripts/' }, to: { dependencyTypes: packages.filter((type) => type !== 'core'), dynamic: false } },
  ],
  options: {
    tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' }, exclude: { path: '^(dist|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
