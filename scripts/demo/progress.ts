// The live display of a job: one line that is rewritten on a terminal, one line a second elsewhere.

import type { Job } from './api.ts'

const BAR = 24

export type Progress = { show(job: Job): void; note(line: string): void; end(): void }

export function createProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  let shownMs = 0
  let open = false
  const clear = () => {
    if (open) out.write('\r\x1b[2K')
    open = false
  }
  return {
    show(job) {
      const nowMs = Date.now()
      if (nowMs - shownMs < (out.isTTY ? 100 : 1_000)) return
      shownMs = nowMs
      if (!out.isTTY) {
        out.write(`${lineOf(job)}\n`)
        return
      }
      out.write(`\r\x1b[2K${lineOf(job).slice(0, (out.columns ?? 120) - 1)}`)
      open = true
    },
    note(line) {
      clear()
      out.write(`${line}\n`)
    },
    end: clear,
  }
}

function lineOf(job: Job): string {
  const share = job.total_rows === 0 ? 1 : job.rows_generated / job.total_rows
  const filled = Math.round(share * BAR)
  const regions = Object.entries(job.regions)
    .map(([region, { chunks }]) => `${region} ${chunks}`)
    .join(' · ')
  return [
    `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    job.stage,
    `${count(job.rows_generated)} of ${count(job.total_rows)} rows`,
    job.stage === 'generating' ? `${count(Math.round(job.rows_per_second ?? 0))} rows/s` : '',
    regions ? `chunks: ${regions}` : '',
    `moved leases: ${job.reassigned}, retries: ${job.retries}`,
  ]
    .filter(Boolean)
    .join('  ')
}

export const count = (n: number): string => n.toLocaleString('en-US')
