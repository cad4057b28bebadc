// Strings, names and rows as each database spells them. Sources: PostgreSQL manual 4.1 "Lexical Structure" and COPY
// "Text Format"; MySQL manual 9.1.1 "String Literals" and 9.2 "Schema Object Names"; SQLite "Literal Values".

import type { SqlDialect } from '#engine/config/types.ts'
import { createKept } from '#engine/kept.ts'
import { type Dialect, plainExcept } from './dialect.ts'

/** PostgreSQL's text has no U+0000. */
const NO_ZERO = '\ufffd'

const ESCAPES: Record<SqlDialect, ReadonlyMap<string, string>> = {
  postgresql: new Map([
    ["'", "''"],
    ['\0', NO_ZERO],
  ]),
  mysql: new Map([
    ["'", "''"],
    ['\\', '\\\\'],
    ['\0', '\\0'],
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\x1a', '\\Z'],
  ]),
  // Its shell takes a zero byte for the end of the text.
  sqlite: new Map([
    ["'", "''"],
    ['\0', "'||char(0)||'"],
  ]),
}

const COPY_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\0', NO_ZERO],
])

function escaper(escapes: ReadonlyMap<string, string>): (value: string) => string {
  const special = [...escapes.keys()]
  return (value) =>
    special.some((char) => value.includes(char))
      ? Array.from(value, (char) => escapes.get(char) ?? char).join('')
      : value
}

function longest(escapes: ReadonlyMap<string, string>): number {
  return Math.max(3, ...[...escapes.values()].map((text) => Buffer.byteLength(text)))
}

/** A name in the database's quotes. */
export function sqlName(name: string, dialect: SqlDialect): string {
  const mark = dialect === 'mysql' ? '`' : '"'
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`
}

/** A string in quotes. */
export function sqlText(value: string, dialect: SqlDialect): string {
  return `'${escaper(ESCAPES[dialect])(value)}'`
}

/** What each row of an INSERT begins with, but the first. */
export const INSERT_SEPARATOR = ',\n'

const keep = createKept<Dialect>(3)

/** Rows of an INSERT's VALUES; one dialect for each database. */
export function insertDialect(database: SqlDialect): Dialect {
  return keep(database, () => rowsOf(database))
}

function rowsOf(database: SqlDialect): Dialect {
  const escapes = ESCAPES[database]
  const inner = escaper(escapes)
  return {
    before: (_, index) => (index === 0 ? `${INSERT_SEPARATOR}(` : ','),
    rowEnd: ')',
    nullText: 'NULL',
    datetime: 'sql',
    quote: "'",
    text: (value) => `'${inner(value)}'`,
    inner,
    reserved: '',
    plain: plainExcept([...escapes.keys()].join('')),
    bytesPerUnit: longest(escapes),
  }
}

/** Lines of PostgreSQL's COPY text format. */
export const COPY_ROWS: Dialect = {
  before: (_, index) => (index === 0 ? '' : '\t'),
  rowEnd: '\n',
  nullText: '\\N',
  datetime: 'sql',
  quote: '',
  text: escaper(COPY_ESCAPES),
  inner: escaper(COPY_ESCAPES),
  reserved: '',
  plain: plainExcept('\\'),
  bytesPerUnit: longest(COPY_ESCAPES),
}
