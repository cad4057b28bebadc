// The job as callers see it: the row of the database turned into the object of the REST contract.

import { trainingEta, trainingPercentage } from '#coordinator/models/training-figures.ts'
import { codeOf, ERRORS } from '#engine/errors.ts'
import { workflowIdOf } from './job-kind.ts'
import type { JobRow, OutputRow, TableRow } from './job-row.ts'
import { isOver } from './job-state.ts'

export type ViewSettings = {
  /** Where callers reach this installation, without a slash at the end. */
  publicUrl: string
  /** Public gateways, for example `https://ipfs.io/ipfs/{cid}`. */
  ipfsGateways: readonly string[]
  /** Base of an Arweave gateway; null when there is none. */
  arweaveUrl: string | null
  temporal: { uiUrl: string | null; namespace: string }
}

/** `forAdmin` adds what only operators may know. */
export function jobView(row: JobRow, settings: ViewSettings, { forAdmin }: { forAdmin: boolean }) {
  const done = progressOf(row)
  return {
    job_id: row.id,
    project_id: row.project_id,
    kind: row.kind,
    model_id: row.model?.id ?? row.model_id,
    name: row.name,
    status: row.status,
    stage: row.stage,
    rows_generated: done.rows,
    total_rows: row.total_rows,
    chunks_completed: done.chunks,
    total_chunks: row.total_chunks,
    progress_percentage: percentageOf(row, done.chunks),
    ...speedOf(row, done.rows),
    priority: row.priority,
    seed: row.seed,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    error: errorView(row.error),
    tables: row.tables.map(tableView),
    load: row.load,
    outputs: row.outputs.map((output) => outputView(row, output, settings)),
    regions: Object.fromEntries(
      row.regions.map(({ region, chunks, workers }) => [region, { chunks, workers }]),
    ),
    retries: row.retries,
    reassigned: row.reassigned,
    waiting_reason: isOver(row.status) ? null : row.waiting_reason,
    root_cid: row.root_cid,
    manifest_cid: row.manifest_cid,
    links: linksOf(row.id),
    ...(forAdmin ? { temporal_url: temporalUrl(row, settings.temporal) } : {}),
  }
}

/** Every error says what to do about it. */
function errorView(error: JobRow['error']): JobRow['error'] {
  return error === null ? null : { hint: ERRORS[codeOf(error)].hint, ...error }
}

/** Paths of a job's resources. */
export function linksOf(jobId: string): Record<string, string> {
  const self = `/api/jobs/${jobId}`
  const parts = ['events', 'logs', 'preview', 'manifest', 'download']
  return { self, ...Object.fromEntries(parts.map((part) => [part, `${self}/${part}`])) }
}

function progressOf(row: JobRow): { rows: number; chunks: number } {
  return {
    rows: row.tables.reduce((sum, table) => sum + table.rows_done, 0),
    chunks: row.tables.reduce((sum, table) => sum + table.chunks_done, 0),
  }
}

/** 100 only once the files are there: merging and publishing come after the last chunk. */
function percentageOf(row: JobRow, chunks: number): number {
  if (row.status === 'completed') return 100
  if (row.model) return trainingPercentage(row.model, row.status)
  const percent = row.total_chunks === 0 ? 0 : (100 * chunks) / row.total_chunks
  return Math.min(99.9, Math.floor(percent * 10) / 10)
}

function speedOf(row: JobRow, rowsDone: number) {
  if (row.finished_at !== null && row.started_at !== null) {
    const seconds = (row.finished_at.getTime() - row.started_at.getTime()) / 1000
    return {
      rows_per_second: seconds > 0 ? Math.round(rowsDone / seconds) : null,
      eta_seconds: null,
    }
  }
  const rate = row.recent === null ? 0 : row.recent.rows / row.recent.seconds
  if (row.model !== null)
    return { rows_per_second: 0, eta_seconds: trainingEta(row.model, row.status) }
  if (rate <= 0) return { rows_per_second: 0, eta_seconds: null }
  const left = Math.max(0, row.total_rows - rowsDone)
  return { rows_per_second: Math.round(rate), eta_seconds: Math.ceil((left / rate) * 10) / 10 }
}

function tableView(table: TableRow) {
  return {
    name: table.name,
    rows: table.rows,
    chunks: table.chunks,
    rows_generated: table.rows_done,
    chunks_completed: table.chunks_done,
    bytes: table.bytes_done,
    accepted_share: table.drawn_rows === 0 ? null : table.met_rows / table.drawn_rows,
  }
}

function outputView(row: JobRow, output: OutputRow, settings: ViewSettings) {
  const query = new URLSearchParams({ table: output.table_name }).toString()
  return {
    table: output.table_name,
    format: output.format,
    compression: row.compression,
    container: row.container,
    bytes: output.bytes,
    rows: output.rows,
    sha256: output.sha256,
    cid: output.cid,
    loaded: row.load && { ...row.load, table: output.table_name, rows: output.loaded_rows ?? 0 },
    ipfs_urls: row.public ? ipfsUrls(output.cid, settings) : [],
    arweave: arweaveView(output, settings),
    download_url: `${settings.publicUrl}/api/jobs/${row.id}/download?${query}`,
  }
}

function ipfsUrls(cid: string, { publicUrl, ipfsGateways }: ViewSettings): string[] {
  const gateways = ipfsGateways.map((template) => template.replaceAll('{cid}', cid))
  return [`${publicUrl}/ipfs/${cid}`, `ipfs://${cid}`, ...gateways]
}

function arweaveView(
  { arweave_id: id, arweave_status: status }: OutputRow,
  settings: ViewSettings,
) {
  if (id === null) return null
  const url =
    settings.arweaveUrl === null ? null : `${settings.arweaveUrl.replace(/\/$/, '')}/${id}`
  return { id, url, status }
}

function temporalUrl(
  { id, kind }: JobRow,
  { uiUrl, namespace }: ViewSettings['temporal'],
): string | null {
  if (uiUrl === null) return null
  const workflow = encodeURIComponent(workflowIdOf(id, kind))
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflow}`
}
