// Which errors of databases pass by waiting, and what is said of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#engine/errors.ts'
import { failureOfLoad, isContended } from './failure.ts'

const driver = (fields: object, message = 'said'): Error =>
  Object.assign(new Error(message), fields)

function retryable(error: unknown): unknown {
  const failure = failureOfLoad(error, 'here')
  assert.ok(failure instanceof AppError)
  assert.equal(failure.code, 'load_failed')
  return failure.details['retryable']
}

test('a server that is away, busy or stopped it passes; refused rows and rights do not', () => {
  for (const code of ['08006', '40P01', '53300', '57P01', '57P03', '57014', '58030', '55P03'])
    assert.equal(retryable(driver({ code })), true, code)
  for (const code of ['22P02', '23505', '23503', '42501', '42P01', '28P01', '3D000', '0A000'])
    assert.equal(retryable(driver({ code })), false, code)
  for (const errno of [1205, 1053, 1040])
    assert.equal(retryable(driver({ code: 'ER_X', errno, sqlState: 'HY000' })), true, String(errno))
  for (const [errno, sqlState] of [
    [1062, '23000'],
    [1366, 'HY000'],
    [1364, 'HY000'],
    [1045, '28000'],
  ])
    assert.equal(retryable(driver({ code: 'ER_X', errno, sqlState })), false, String(errno))
  for (const errcode of [5, 261, 10, 13])
    assert.equal(retryable(driver({ code: 'ERR_SQLITE_ERROR', errcode })), true, String(errcode))
  for (const errcode of [19, 2067, 1, 20])
    assert.equal(retryable(driver({ code: 'ERR_SQLITE_ERROR', errcode })), false, String(errcode))
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST', undefined])
    assert.equal(retryable(driver({ code })), true, code)
})

test('the server’s words are told, its details and addresses are not', () => {
  const refused = driver({ code: '23505', detail: 'Key (id)=(5) already exists.' }, 'duplicate key')
  assert.match(String(failureOfLoad(refused, 't, chunk 3')), /t, chunk 3: duplicate key.*23505/)
  assert.doesNotMatch(String(failureOfLoad(refused, 't')), /already exists/)
  const away = driver({ code: 'ECONNREFUSED' }, 'connect ECONNREFUSED 10.0.0.7:5432')
  assert.match(String(failureOfLoad(away, 't')), /does not answer \(ECONNREFUSED\)/)
  assert.doesNotMatch(String(failureOfLoad(away, 't')), /10\.0/)
})

test('deadlocks and locks that are taken are told apart from other errors', () => {
  assert.ok(isContended(driver({ code: '40P01' })))
  assert.ok(isContended(driver({ code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' })))
  assert.ok(isContended(driver({ code: 'ERR_SQLITE_ERROR', errcode: 5 })))
  assert.ok(!isContended(driver({ code: '57P01' })))
  assert.ok(!isContended(undefined))
})
