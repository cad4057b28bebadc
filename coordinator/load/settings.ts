// What a job says of the database that it writes into, as it is kept beside the job; never an address or a secret.

import Type from 'typebox'

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

/** Of the `output` of a submission. */
export const LOAD_FIELDS = {
  connection: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A database that the rows are written into, in place of a format',
    }),
  ),
  schema: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 63,
      description: `With a connection to PostgreSQL: the schema of the tables, ${SCHEMA_DEFAULT} by default`,
    }),
  ),
  mode: Type.Optional(
    Type.Enum([...LOAD_MODES], {
      description:
        'With a connection: create makes the tables (default), append adds to tables that are there, truncate empties them first',
    }),
  ),
}
