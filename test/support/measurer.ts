// The process that measures tables, beside a REST edge.

import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createMeasurer } from '#coordinator/measurements/measurer.ts'
import { measureSettingsOf } from '#coordinator/measurements/settings.ts'
import type { Answer, Caller, RestApp } from './rest-app.ts'

export function startMeasurer(t: TestContext, rest: RestApp): { close(): Promise<void> } {
  const measurer = createMeasurer({
    database: rest.database,
    notifications: rest.notifications,
    store: rest.storeSettings,
    settings: measureSettingsOf({}, []),
    onError: () => undefined,
  })
  t.after(() => measurer.close())
  return measurer
}

/** The first answer that is not 202. */
export async function untilMeasured(rest: RestApp, who: Caller, url: string): Promise<Answer> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await rest.call(who, 'GET', url)
    if (answer.status !== 202) return answer
    await delay(50)
  }
  throw new Error(`${url} is not measured in 30 s`)
}
