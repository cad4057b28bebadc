// Slot numbers of Temporal workers for everything that is not a lease.

import type { FixedSizeSlotSupplier, TunerHolder } from '@temporalio/worker'

const fixed = (numSlots: number): FixedSizeSlotSupplier => ({ type: 'fixed-size', numSlots })

/** For workers that take activities only. */
export const nonActivitySlots = (): Omit<TunerHolder, 'activityTaskSlotSupplier'> => ({
  workflowTaskSlotSupplier: fixed(2),
  localActivityTaskSlotSupplier: fixed(1),
  nexusTaskSlotSupplier: fixed(1),
})
