// What a job says of the database that it writes into, as it is kept beside the job; never an address or a secret.

export const LOAD_MODES = ['create', 'append', 'truncate'] as const

/** create: tables that are not there yet; append: to tables that are; truncate: emptied first. */
export type LoadMode = (typeof LOAD_MODES)[number]

export const SCHEMA_DEFAULT = 'public'

export type LoadSettings = {
  connection_id: string
  kind: 'postgresql' | 'mysql' | 'sqlite'
  mode: LoadMode
  /** Of PostgreSQL; null for others. */
  schema: string | null
}
