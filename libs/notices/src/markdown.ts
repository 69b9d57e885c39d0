import { Drop } from 'liquidjs'
import MarkdownIt from 'markdown-it'
import { printed } from './printed.js'

// A line ends where the writer ended it: letters are laid out line by line. HTML in a template stays text.
const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })

/** A page of our own service: the one value that stays a link. */
export class Link extends Drop {
  constructor(private readonly href: string) {
    super()
  }

  override valueOf(): string {
    return this.href
  }
}

/**
 * A value put into a template's Markdown so that it prints as it is: no applicant's title becomes a heading,
 * a link or HTML in a letter of the office.
 */
export function escapeMarkdown(value: unknown): string {
  if (value instanceof Link) return value.valueOf()
  return printed(value)
    .replace(/[!-/:-@[-`{-~]/g, '\\$&') // CommonMark lets every ASCII punctuation mark be escaped
    .replace(/\n[^\S\n]+/g, '\n') // four spaces would begin a code block
}

/** A page that a mail program shows: the body alone, without scripts, styles or anything to load. */
export function htmlPage(title: string, markdownBody: string, lang: 'ja' | 'en'): string {
  return `<!doctype html>\n<html lang="${lang}">\n<head><meta charset="utf-8"><title>${markdown.utils.escapeHtml(title)}</title></head>\n<body>\n${markdown.render(markdownBody)}</body>\n</html>\n`
}
