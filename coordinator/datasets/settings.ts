// What uploads may take of this installation.

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
export function datasetSettingsOf(
  env: Record<string, string | undefined>,
  problems: string[],
): DatasetSettings {
  const bytes = (name: string, fallback: number): number => {
    const value = Number(env[name] ?? fallback)
    if (!Number.isSafeInteger(value) || value < 1)
      problems.push(`${name} must be a number of bytes`)
    return value
  }
  return {
    fileBytesMax: bytes('SYNDATA_DATASET_MAX_BYTES', DATASET_DEFAULTS.fileBytesMax),
    projectBytesMax: bytes('SYNDATA_PROJECT_DATASET_BYTES', DATASET_DEFAULTS.projectBytesMax),
    uploadsMax: DATASET_DEFAULTS.uploadsMax,
  }
}
