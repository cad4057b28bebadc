// A model as one JSON value, which other queries can hold.

import type { Link } from '#engine/dag/part.ts'
import type { Algorithm } from '#engine/models/model-file.ts'
import type { EpochReport } from './history.ts'
import type { TrainingReport } from './training-records.ts'

/** What the row of a model holds, without its history; as JSON, so that times are text. */
export type StoredModel = {
  id: string
  project_id: string
  name: string
  dataset_id: string | null
  job_id: string | null
  algorithm: Algorithm | 'auto'
  options: Record<string, unknown>
  file_bytes: number | null
  file_sha256: string | null
  file_cid: string | null
  file_algorithm: Algorithm | null
  preview: (Link & { sha256: string; algorithm: string }) | null
  progress: Partial<TrainingReport>
  trained_on: {
    worker: string
    region: string
    gpu: string | null
    provider: 'cpu' | 'cuda' | null
  } | null
  created_at: string
  /** The last finished epoch, and the best score of its algorithm. */
  latest: EpochReport | null
  best_score: number | null
}

/** The last epoch of what `v` is; before it is anything, of what it is learned by. */
const LATEST = `case when v.file_algorithm is null then v.history->-1 else
  (select e from jsonb_array_elements(v.history) with ordinality as epochs (e, number)
    where e->>'algorithm' = v.file_algorithm order by number desc limit 1) end`

/** A model `v` as JSON, for any query. */
export const MODEL_JSON = `(select to_jsonb(v) - 'history' - 'checkpoint' || jsonb_build_object('latest', latest,
  'best_score', (select min((e->>'score')::float8) from jsonb_array_elements(v.history) e
    where e->>'algorithm' = latest->>'algorithm')) from (select ${LATEST} as latest) as last)`
