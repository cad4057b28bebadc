// Stores specs for the jobs that refer to them, without asking again for one that was stored a moment ago.

import type { Sql } from '#coordinator/database/database.ts'

/** Far less than the sweep leaves an unused spec in peace. */
const KNOWN_FOR_MS = 5 * 60_000
const KNOWN_MAX = 1_000

export type SpecKeeper = {
  /** Runs `refer` once the spec is stored. What `refer` commits makes the spec durable too. */
  keep(spec: { digest: string; body: string }, refer: () => Promise<void>): Promise<void>
}

export function createSpecKeeper(sql: Sql): SpecKeeper {
  const knownUntilMs = new Map<string, number>()
  return {
    async keep({ digest, body }, refer) {
      const nowMs = performance.now()
      if (nowMs < (knownUntilMs.get(digest) ?? 0)) return refer()
      await store(sql, digest, body)
      await refer()
      if (knownUntilMs.size >= KNOWN_MAX) knownUntilMs.clear()
      knownUntilMs.set(digest, nowMs + KNOWN_FOR_MS)
    },
  }
}

/**
 * In a commit of its own, so that jobs of one config do not wait for each other's. Touched now and then, so that the
 * sweep of unused specs leaves it alone.
 */
async function store(sql: Sql, digest: string, body: string): Promise<void> {
  await sql.query(
    `insert into specs (digest, body) select $1, $2 from set_config('synchronous_commit', 'off', true)
     on conflict (digest) do update set created_at = now() where specs.created_at < now() - interval '10 minutes'`,
    [digest, body],
  )
}
