// What uploads may take of this installation.

import { SERVING } from '#settings/serving.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'

export type DatasetSettings = {
  /** Of one file as it is sent. */
  fileBytesMax: number
  /** Of all datasets of a project together. */
  projectBytesMax: number
  /** Uploads that one coordinator reads at a time. */
  uploadsMax: number
}

const GIB = 2 ** 30

export const DATASET_DEFAULTS: DatasetSettings = {
  fileBytesMax: 64 * GIB,
  projectBytesMax: 256 * GIB,
  uploadsMax: 4,
}

/** From the environment; what is wrong goes to `problems`. */
export function datasetSettingsOf(env: Env, problems: string[]): DatasetSettings {
  const { get } = createSettingReader(SERVING, env, problems)
  const { fileBytesMax, projectBytesMax, uploadsMax } = DATASET_DEFAULTS
  return {
    fileBytesMax: get('SYNDATA_DATASET_MAX_BYTES') ?? fileBytesMax,
    projectBytesMax: get('SYNDATA_PROJECT_DATASET_BYTES') ?? projectBytesMax,
    uploadsMax,
  }
}
