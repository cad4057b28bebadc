// What a submission may say of the database that its rows are written into.

import Type from 'typebox'
import { LOAD_MODES, SCHEMA_DEFAULT } from './settings.ts'

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
