import { Liquid, type Template } from 'liquidjs'
import { Defect } from '@saitaku/engine'
import type { ProgrammeDefinition } from '@saitaku/statechart'
import { FILTERS } from './filters.js'
import { escapeMarkdown, htmlPage, type Link } from './markdown.js'

export type Lang = 'ja' | 'en'

export interface Rendered {
  lang: Lang
  subject: string
  text: string
  html: string
}

/** What a template may read. */
export interface TemplateContext {
  url: Link
  [root: string]: unknown
}

interface Parsed {
  subject: Template[]
  text: Template[]
  markdown: Template[]
}

// Strict: a misspelt name or filter is a mistake that someone must see, not a gap in a letter. Nothing is
// read from disk, and a template can neither run long nor grow large.
const STRICT = {
  strictFilters: true, strictVariables: true, lenientIf: true, ownPropertyOnly: true, templates: {},
  timezoneOffset: 'Asia/Tokyo', parseLimit: 200_000, renderLimit: 2_000, memoryLimit: 10_000_000,
}

function liquid(options: ConstructorParameters<typeof Liquid>[0] = {}): Liquid {
  const engine = new Liquid({ ...STRICT, ...options })
  for (const [name, filter] of Object.entries(FILTERS)) engine.registerFilter(name, filter)
  return engine
}

const plain = liquid()
const escaping = liquid({ outputEscape: escapeMarkdown })

/** The notices of one published version. Immutable, so a template is parsed once. */
export class NoticeTemplates {
  private readonly parsed = new Map<string, Parsed>()

  constructor(private readonly definition: Pick<ProgrammeDefinition, 'name' | 'notices'>) {}

  /** The language asked for where the template has it, else Japanese. Throws Defect where it has neither. */
  langOf(template: string, wanted: Lang): Lang {
    const notice = this.definition.notices[template]
    if (notice?.[wanted]) return wanted
    if (notice?.ja) return 'ja'
    const files = [...new Set([wanted, 'ja'])].map((lang) => `notices/${template}.${lang}.md`)
    throw new Defect(`Programme ${this.definition.name} has no ${files.join(' and no ')}`)
  }

  /** Throws Defect, naming the file, for what the template asks and the context does not have. */
  render(template: string, wanted: Lang, context: TemplateContext): Rendered {
    const lang = this.langOf(template, wanted)
    try {
      const { subject, text, markdown } = this.parse(template, lang)
      const title = renderSync(plain, subject, context).replace(/\s+/g, ' ').trim()
      return { lang, subject: title, text: `${renderSync(plain, text, context).trim()}\n`, html: htmlPage(title, renderSync(escaping, markdown, context), lang) }
    } catch (error) {
      throw new Defect(`notices/${template}.${lang}.md of ${this.definition.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }

  private parse(template: string, lang: Lang): Parsed {
    const key = `${template}.${lang}`
    const known = this.parsed.get(key)
    if (known) return known
    const { subject, body } = this.definition.notices[template]?.[lang] ?? { subject: '', body: '' }
    const parsed = { subject: plain.parse(subject), text: plain.parse(body), markdown: escaping.parse(body) }
    this.parsed.set(key, parsed)
    return parsed
  }
}

function renderSync(engine: Liquid, template: Template[], context: TemplateContext): string {
  return String(engine.renderSync(template, context) as string)
}
