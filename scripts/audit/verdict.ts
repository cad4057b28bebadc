// What an answer of npm audit means for a change: nothing known, something that must not go out, or no answer.

export type Verdict = { kind: 'clean' | 'unknown' | 'refused'; text: string }

/** Nobody having looked is not the same as nothing having been found. */
export const OUTCOMES: Readonly<Record<Verdict['kind'], { said: string; exitCode: number }>> = {
  clean: { said: 'nothing grave is known', exitCode: 0 },
  refused: { said: 'vulnerable', exitCode: 1 },
  unknown: { said: 'NOT AUDITED, the registry did not say what is known', exitCode: 3 },
}

type Report = {
  message?: string
  vulnerabilities?: Record<string, { severity: string; fixAvailable?: unknown }>
}

const REFUSED = new Set(['high', 'critical'])

/** Of `npm audit --json`. A registry without advisories, or none at all, is `unknown`. */
export function verdictOf(json: string): Verdict {
  const report = parsed(json)
  if (report?.vulnerabilities === undefined)
    return { kind: 'unknown', text: report?.message ?? 'npm audit gave no answer' }
  const found = Object.entries(report.vulnerabilities)
  const grave = found.filter(([, { severity }]) => REFUSED.has(severity))
  if (grave.length === 0) return { kind: 'clean', text: `${found.length} of lesser severity` }
  const names = grave.map(([name, { severity }]) => `${name} (${severity})`)
  return { kind: 'refused', text: names.join(', ') }
}

function parsed(json: string): Report | null {
  try {
    return JSON.parse(json) as Report | null
  } catch {
    return null
  }
}
