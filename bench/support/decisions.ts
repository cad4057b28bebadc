// What an installation's scheduler decided, as administrators read it.

import type { Api } from '#scripts/demo/api.ts'

export type Decision = {
  at: string
  action: string
  reason: string
  worker_ids: string[]
}

const NEWEST = 100

/** The newest hundred, oldest first. */
export async function decisionsOf(api: Api): Promise<Decision[]> {
  const { decisions } = await api.get<{ decisions: Decision[] }>(
    `/api/fleet/decisions?page_size=${NEWEST}`,
  )
  return decisions.toReversed()
}
