import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logLevel } from './log-level.ts'
import { problemWith } from './setting.ts'

test('levels are taken as other loggers write them too', () => {
  const given = ['INFO', 'debug', 'Warning', 'CRITICAL', 'silent']
  assert.deepEqual(given.map(logLevel.read), ['info', 'debug', 'warn', 'fatal', 'silent'])
  assert.match(problemWith('LOG_LEVEL', logLevel, 'loud') ?? '', /^LOG_LEVEL must be one of fatal/)
})
