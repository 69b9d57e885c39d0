import type { Finding, YamlPath } from '../compile.js'

/** Collects findings; the same thing said twice of one place is kept once. */
export class Report {
  readonly findings: Finding[] = []
  private readonly said = new Set<string>()

  error(path: YamlPath, code: string, message: string, at?: 'key'): void {
    this.add({ path, code, message, severity: 'error', ...(at ? { at } : {}) })
  }

  warning(path: YamlPath, code: string, message: string, at?: 'key'): void {
    this.add({ path, code, message, severity: 'warning', ...(at ? { at } : {}) })
  }

  has(code: string, path: YamlPath): boolean {
    return this.said.has(JSON.stringify([code, path]))
  }

  private add(finding: Finding): void {
    const key = JSON.stringify([finding.code, finding.path])
    if (this.said.has(key)) return
    this.said.add(key)
    this.findings.push(finding)
  }
}

/** For messages: what there is instead. */
export function listed(names: Iterable<string>): string {
  const all = [...names]
  if (all.length === 0) return 'there are none'
  return `there ${all.length === 1 ? 'is' : 'are'} ${all.slice(0, 12).join(', ')}${all.length > 12 ? ', …' : ''}`
}
