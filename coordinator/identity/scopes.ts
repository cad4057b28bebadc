// What an API key may be used for. The user's roles decide the rest: a scope only narrows.

export const SCOPES = [
  'admin',
  'jobs:read',
  'jobs:write',
  'publish:arweave',
  'fleet',
  'metrics',
] as const
export type Scope = (typeof SCOPES)[number]

/** These reach beyond the caller's projects: only keys of instance administrators carry them. */
const INSTANCE_SCOPES: ReadonlySet<Scope> = new Set(['admin', 'fleet', 'metrics'])

export const USER_SCOPES: readonly Scope[] = SCOPES.filter((scope) => !INSTANCE_SCOPES.has(scope))

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text)
}
