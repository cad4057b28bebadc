// What a measuring thread is told, whole: it reads the part store, and never Postgres.

import type { DatasetInput } from '#coordinator/datasets/dataset-table.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import type { ErrorCode } from '#engine/errors.ts'

export type ProfileWork = { kind: 'profile'; dataset: DatasetInput }

export type Work = ProfileWork

export type ThreadData = { work: Work; store: StoreSettings }

/** Compressed by gzip; `config` is of profiles alone. */
export type Measured = { document: Uint8Array; page: Uint8Array; config: Uint8Array | null }

export type Answer = Measured | { code: ErrorCode; message: string }
