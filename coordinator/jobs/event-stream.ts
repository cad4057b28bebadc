// A job's story as server-sent events. Ids are sequence numbers, so a browser that reconnects goes on exactly where it
// was; progress is a snapshot without an id.

import type { StoryEvent } from './event-log.ts'
import type { JobFeed, Snapshot, Watch } from './job-feed.ts'
import type { JobRow } from './job-row.ts'
import { isOver } from './job-state.ts'

const KEEP_ALIVE_MS = 15_000
const RETRY_MS = 1_000
/** A job that is over and silent for this long has no `done` to come: one is made up. */
const LAST_WORDS_MS = 2_000

export type StreamOptions = {
  jobId: string
  /** Resume after the event with this number; 0 tells the whole story. */
  after: number
  /** What a snapshot shows. */
  view: (row: JobRow) => unknown
  signal: AbortSignal
}

/** Text of the stream; ends after `done`, when the job is gone or when aborted. A slow reader is simply read slower. */
export async function* eventStream(
  feed: JobFeed,
  { jobId, after, view, signal }: StreamOptions,
): AsyncGenerator<string> {
  const watch = feed.watch(jobId, after)
  try {
    yield `retry: ${RETRY_MS}\n\n`
    yield* tell(watch, view, signal)
  } finally {
    watch.close()
  }
}

async function* tell(
  watch: Watch,
  view: StreamOptions['view'],
  signal: AbortSignal,
): AsyncGenerator<string> {
  let seen: JobRow | null = null
  let shown = ''
  let spokeAtMs = performance.now()
  while (!signal.aborted) {
    const events = await watch.read()
    const done = events.find(({ event }) => event === 'done')
    const snapshot = await watch.snapshot({ now: done !== undefined })
    if (done !== undefined) {
      yield ending(events, done, snapshot, view)
      return
    }
    const { row } = snapshot
    if (row === null) return
    const progress = row === seen ? shown : progressFrame(view(row))
    const text = events.map(frame).join('') + (progress === shown ? '' : progress)
    seen = row
    shown = progress
    if (text !== '') {
      spokeAtMs = performance.now()
      yield text
    }
    if (events.length > 0) continue
    const silentMs = performance.now() - spokeAtMs
    if (isOver(row.status) && silentMs > LAST_WORDS_MS) {
      yield `event: done\ndata: ${JSON.stringify({ status: row.status })}\n\n`
      return
    }
    if (silentMs > KEEP_ALIVE_MS) {
      spokeAtMs = performance.now()
      yield ': keep-alive\n\n'
    }
    const timeoutMs = snapshot.newerInMs ?? (isOver(row.status) ? LAST_WORDS_MS : KEEP_ALIVE_MS)
    await watch.changed({ signal, timeoutMs })
  }
}

/** The last snapshot comes before `done`, so that whoever stops there has seen the final figures. */
function ending(
  events: StoryEvent[],
  done: StoryEvent,
  { row }: Snapshot,
  view: StreamOptions['view'],
): string {
  const before = events.slice(0, events.indexOf(done)).map(frame).join('')
  return before + (row === null ? '' : progressFrame(view(row))) + frame(done)
}

function frame({ seq, event, data }: StoryEvent): string {
  const shown = event === 'done' ? { ...(data['data'] as object), ...data, data: undefined } : data
  return `id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(shown)}\n\n`
}

function progressFrame(view: unknown): string {
  return `event: progress\ndata: ${JSON.stringify(view)}\n\n`
}
