// What the parts process and its hashing thread say to each other. A session is one file.

import type { Link } from '#engine/dag/part.ts'
import type { ErrorCode } from '#engine/errors.ts'
import type { FileHash } from '../ledger/outputs.ts'
import type { StoreSettings } from '../storage/open-store.ts'

export type ThreadSettings = { store: StoreSettings }

export type ToHashThread =
  | { type: 'begin'; session: number; withData: boolean }
  /** The next parts in file order; answered when they are read. */
  | { type: 'parts'; session: number; links: Link[] }
  | { type: 'finish'; session: number }
  /** Nobody wants the session any more. */
  | { type: 'drop'; session: number }

export type FromHashThread =
  | { type: 'read'; session: number }
  | { type: 'hash'; session: number; hash: FileHash }
  /** `part`: the one that could not be read. */
  | { type: 'failed'; session: number; code: ErrorCode; message: string; part: string | null }
