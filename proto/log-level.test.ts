import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logLevelOf } from './log-level.ts'

test('levels are taken as other loggers write them too', () => {
  const problems: string[] = []
  const read = (level?: string) =>
    logLevelOf(level === undefined ? {} : { LOG_LEVEL: level }, problems)
  const given = [undefined, '', 'INFO', 'debug', 'Warning', 'CRITICAL', 'silent']
  const meant = ['info', 'info', 'info', 'debug', 'warn', 'fatal', 'silent']
  assert.deepEqual(given.map(read), meant)
  assert.deepEqual(problems, [])
  read('loud')
  assert.match(problems.join(), /^LOG_LEVEL must be one of fatal/)
})
