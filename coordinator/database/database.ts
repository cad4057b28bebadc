// One Postgres pool with the three things everybody needs: a query, a transaction, an orderly end.

import pg from 'pg'

export type Row = Record<string, unknown>

/** What a query can be made on: the pool, or the client of a transaction. */
export type Sql = {
  /** `prepared` names a statement that is asked often: each connection plans it once. One name, one text. */
  query<T extends object = Row>(
    text: string,
    values?: readonly unknown[],
    options?: { prepared?: string },
  ): Promise<T[]>
}

export type Database = Sql & {
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** bigint and numeric columns arrive as numbers when they are safe integers, else as strings. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? parseInteger : pg.types.getTypeParser(oid, format as 'text'),
}

function parseInteger(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

export function createDatabase(
  url: string,
  { maxConnections = 10, onError }: { maxConnections?: number; onError: (error: Error) => void },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    types,
  })
  pool.on('error', onError)
  // Also for connections in use: an error event that nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', onError))
  return {
    query: (text, values, options) => queryOn(pool, text, values, options),
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  }
}

async function queryOn<T>(
  target: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
  { prepared }: { prepared?: string } = {},
): Promise<T[]> {
  const named = prepared === undefined ? {} : { name: prepared }
  const result = await target.query({ text, values: values as unknown[], ...named })
  return result.rows as T[]
}

async function inTransaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work({
      query: (text, values, options) => queryOn(client, text, values, options),
    })
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => {
      broken = cause
    })
    throw error
  } finally {
    client.release(broken)
  }
}
