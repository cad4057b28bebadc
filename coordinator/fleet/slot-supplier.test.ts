import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SlotReserveContext } from '@temporalio/worker'
import { LeaseSlotSupplier } from './slot-supplier.ts'

const context = {} as SlotReserveContext

test('as many permits as free slots, the next when one is free again', async () => {
  let free = 2
  const supplier = new LeaseSlotSupplier(() => free)
  const { signal } = new AbortController()
  await supplier.reserveSlot(context, signal)
  assert.ok(supplier.tryReserveSlot())
  assert.equal(supplier.tryReserveSlot(), null)
  let granted = false
  const third = supplier.reserveSlot(context, signal).then(() => {
    granted = true
  })
  // The lease of the first permit is on its worker: its slot counts there now.
  free = 1
  supplier.releaseSlot()
  await Promise.resolve()
  assert.equal(granted, false)
  free = 2
  supplier.wake()
  await third
  assert.equal(granted, true)
})

test('a reservation that is given up leaves no permit behind', async () => {
  let free = 0
  const supplier = new LeaseSlotSupplier(() => free)
  const stop = new AbortController()
  const reservation = supplier.reserveSlot(context, stop.signal)
  stop.abort(new Error('shutdown'))
  await assert.rejects(reservation, /shutdown/)
  free = 1
  supplier.wake()
  assert.ok(supplier.tryReserveSlot())
})
