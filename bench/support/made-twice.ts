// Chunks that were made although the ledger had them, by the logs of the coordinators.

import { readFileSync } from 'node:fs'
import type { Stack } from '#scripts/stack/start-stack.ts'

const MADE_TWICE = /a chunk was made that the ledger had/g

/** Their logs have to be of the level `info`. */
export function madeTwice({ processes, logOf }: Stack): number {
  const coordinators = processes.filter(({ role }) => role === 'coordinator')
  const found = coordinators.map(
    ({ name }) => readFileSync(logOf(name), 'utf8').match(MADE_TWICE)?.length ?? 0,
  )
  return found.reduce((sum, count) => sum + count, 0)
}
