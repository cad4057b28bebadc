// What the parts process and its sink thread say to each other.

import type { StoreSettings } from '../storage/open-store.ts'
import type { SinkOptions } from './sink.ts'
import type { Refusal } from './take-upload.ts'

export type SinkSettings = { store: StoreSettings; key: Uint8Array; options: SinkOptions }

export type FromSink =
  | { type: 'listening'; url: string }
  | { type: 'refused'; refusal: Refusal }
  | { type: 'warning'; fields: object; message: string }
  /** Whether the process is ready; answered with the same number. */
  | { type: 'asks'; ask: number }

/** `close`: uploads under way may finish, then the thread ends. `reasons`: why it is not ready. */
export type ToSink = { type: 'close' } | { type: 'reasons'; ask: number; reasons: string[] }
