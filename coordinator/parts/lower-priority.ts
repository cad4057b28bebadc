// For threads whose work can wait: at the lowest priority they take no time from what is waited for.

import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** Of the calling thread. Linux gives every thread a priority of its own; elsewhere the thread runs as the others do. */
export function lowerPriority(): void {
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(threadId, constants.priority.PRIORITY_LOW)
  } catch {
    // A courtesy, not a need.
  }
}
