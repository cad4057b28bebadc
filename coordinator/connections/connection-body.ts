// The body of a new connection: its fields, with what is taken where nothing is said.

import Type, { type Static } from 'typebox'
import { SECRET_REF } from '#settings/secrets.ts'
import type { ConnectionOptions } from './connection.ts'

/** Characters of a name of a user or database; servers have their own, lower limits. */
export const NAME_MAX = 128

const ServerName = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: NAME_MAX, description }))

export const OptionsBody = Type.Object(
  {
    batch_size: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 10_000,
        description: 'Rows of one INSERT at most, 1 to 100000',
      }),
    ),
    copy: Type.Optional(
      Type.Boolean({ default: true, description: 'COPY where the database has it, else INSERT' }),
    ),
    pool_size: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 32,
        default: 4,
        description: 'Connections of one job at most, 1 to 32',
      }),
    ),
    connect_timeout_ms: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 60_000,
        default: 10_000,
        description: 'Milliseconds until a connection must be there, 100 to 60000',
      }),
    ),
    statement_timeout_ms: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 3_600_000,
        default: 300_000,
        description: 'Milliseconds that one statement may take, 100 to 3600000',
      }),
    ),
  },
  { additionalProperties: false },
)

export const OPTION_DEFAULTS: ConnectionOptions = {
  batch_size: 10_000,
  copy: true,
  pool_size: 4,
  connect_timeout_ms: 10_000,
  statement_timeout_ms: 300_000,
}

export const TLS_MODES = ['disable', 'prefer', 'require', 'verify'] as const
export const KINDS = ['postgresql', 'mysql', 'sqlite'] as const

export const NewConnectionBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Unique in its project' }),
    project_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'The caller’s own by default' }),
    ),
    kind: Type.Optional(Type.Enum([...KINDS], { description: 'Needed unless url says it' })),
    url: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        writeOnly: true,
        description:
          'postgresql://user:password@host:port/database?sslmode=..., in place of host, port, database and user; the password is sealed',
      }),
    ),
    host: Type.Optional(
      Type.String({ minLength: 1, maxLength: 253, description: 'A host name or an address' }),
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: '5432 or 3306 by default' }),
    ),
    database: ServerName('The name of the database on its server'),
    user: ServerName('The user of the database'),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        writeOnly: true,
        description: 'Sealed before it is stored and never shown; text of 1 to 1024 characters',
      }),
    ),
    password_ref: Type.Optional(
      Type.String({
        pattern: SECRET_REF,
        description:
          'In place of password, by administrators: env:SYNDATA_SECRET_NAME, or file:NAME in the folder of secrets',
      }),
    ),
    tls: Type.Optional(
      Type.Enum([...TLS_MODES], {
        default: 'prefer',
        description:
          'prefer: where the server has it; require: without a look at the certificate; verify: with its check',
      }),
    ),
    file: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}\\.(db|sqlite|sqlite3)$',
        description:
          'Of SQLite: a file name that ends in .db, .sqlite or .sqlite3, without folders; it lies in the project’s folder',
      }),
    ),
    options: Type.Optional(OptionsBody),
  },
  { additionalProperties: false },
)

export type NewConnectionFields = Static<typeof NewConnectionBody>
