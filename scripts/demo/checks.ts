// What the demo proves at its end: bytes through the gateway, keys by DuckDB, the same CIDs from another stack.

import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Job } from './api.ts'

/** Fetches every file through the gateway by its CID alone; throws unless bytes and hash are as the job says. */
export async function fetchOutputs(
  job: Job,
  { gateway, dir }: { gateway: string; dir: string },
): Promise<void> {
  for (const { table, cid, sha256 } of job.outputs) {
    const response = await fetch(`${gateway}/ipfs/${cid}`)
    if (!response.ok || !response.body)
      throw new Error(`gateway answers ${response.status} for ${table}`)
    const hash = createHash('sha256')
    const body = Readable.fromWeb(response.body)
    body.on('data', (chunk: Buffer) => hash.update(chunk))
    await pipeline(body, createWriteStream(path.join(dir, `${table}.csv`)))
    const found = hash.digest('hex')
    if (found !== sha256)
      throw new Error(`${table}: SHA-256 ${found} through the gateway, ${sha256} in the job`)
  }
}

export type Relations = {
  orphans: { child: string; column: string; parent: string }[]
  unique: { table: string; column: string }[]
}

/** Zero of each, or it throws with the number found. */
export async function checkRelations(
  dir: string,
  { orphans, unique }: Relations,
): Promise<string[]> {
  const database = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await database.connect()
  const number = async (sql: string) =>
    Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0])
  const file = (table: string) => `read_csv('${path.join(dir, `${table}.csv`)}', header = true)`
  const lines: string[] = []
  const expectNone = async (what: string, sql: string) => {
    const found = await number(sql)
    if (found !== 0) throw new Error(`${what}: ${found}`)
    lines.push(`${what}: 0`)
  }
  try {
    for (const { child, column, parent } of orphans)
      await expectNone(
        `orphans in ${child}.${column}`,
        `select count(*) from ${file(child)} c anti join ${file(parent)} p using (${column})`,
      )
    for (const { table, column } of unique)
      await expectNone(
        `repeated values in ${table}.${column}`,
        `select count(*) - count(distinct ${column}) from ${file(table)}`,
      )
  } finally {
    connection.closeSync()
    database.closeSync()
  }
  return lines
}
