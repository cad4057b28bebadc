// Follows jobs for their watchers. However many watch a job here, its events and its progress are read once: a window
// of the newest events is shared, and a watcher that lags behind it reads on from Postgres at its own pace. Nothing is
// buffered per watcher, so a slow one costs nothing but its connection.

import type { Sql } from '#coordinator/database/database.ts'
import type { Notifications } from '#coordinator/database/notifications.ts'
import { readEvents, readLastSeq, type StoryEvent } from './event-log.ts'
import { type JobRow, readJobById } from './job-row.ts'

const PAGE = 500
const WINDOW_MAX = 2_000
/** Notifications come with every ledger commit; reads are spaced by this. */
const READ_INTERVAL_MS = 50
const SNAPSHOT_INTERVAL_MS = 250
/** A safety net: should notifications fail silently, watchers still see what happens. */
const POLL_INTERVAL_MS = 5_000

export type Snapshot = {
  /** Null when the job is gone. */
  row: JobRow | null
  /** When a newer one may be had, if there is one already: milliseconds from now; else null. */
  newerInMs: number | null
}

export type Watch = {
  /** Events after the last one returned, ascending; [] when there are none at the moment. */
  read(): Promise<StoryEvent[]>
  /** The job, read at most four times a second for all its watchers; `now` reads the newest all the same. */
  snapshot(options?: { now: boolean }): Promise<Snapshot>
  /** Resolves when something may have changed since `read` was last called, or after the time, or when aborted. */
  changed(options: { signal: AbortSignal; timeoutMs: number }): Promise<void>
  close(): void
}

export type JobFeed = {
  /** Watches a job from after the event with number `after`. */
  watch(jobId: string, after: number): Watch
  close(): void
}

type Topic = {
  jobId: string
  watchers: number
  /** Every event after `floor` that was visible at the last read; `floor` is infinite before the first. */
  window: StoryEvent[]
  floor: number
  /** Grows with every read. */
  version: number
  reading: boolean
  dirty: boolean
  timer: NodeJS.Timeout | undefined
  waiters: Set<() => void>
  latest: { row: Promise<JobRow | null>; atMs: number; version: number } | undefined
}

type Deps = { sql: Sql; notifications: Notifications; onError: (error: Error) => void }

export function createJobFeed(deps: Deps): JobFeed {
  const topics = new Map<string, Topic>()
  const touch = (jobId: string) => {
    const changed = jobId === '' ? [...topics.values()] : [topics.get(jobId)]
    for (const topic of changed) if (topic !== undefined) refresh(deps, topic)
  }
  const stopListening = deps.notifications.on('job', touch)
  const poll = setInterval(() => touch(''), POLL_INTERVAL_MS)
  poll.unref()
  const leave = (topic: Topic) => {
    topic.watchers -= 1
    if (topic.watchers > 0) return
    clearTimeout(topic.timer)
    if (topics.get(topic.jobId) === topic) topics.delete(topic.jobId)
  }
  return {
    watch(jobId, after) {
      const topic = topics.get(jobId) ?? newTopic(jobId)
      topics.set(jobId, topic)
      topic.watchers += 1
      refresh(deps, topic)
      return watchOf(deps.sql, topic, { after, onClose: () => leave(topic) })
    },
    close() {
      stopListening()
      clearInterval(poll)
      for (const topic of topics.values()) clearTimeout(topic.timer)
      topics.clear()
    },
  }
}

function newTopic(jobId: string): Topic {
  return {
    jobId,
    watchers: 0,
    window: [],
    floor: Number.POSITIVE_INFINITY,
    version: 0,
    reading: false,
    dirty: false,
    timer: undefined,
    waiters: new Set(),
    latest: undefined,
  }
}

function watchOf(
  sql: Sql,
  topic: Topic,
  { after, onClose }: { after: number; onClose: () => void },
): Watch {
  let cursor = after
  let seen = -1
  return {
    async read() {
      seen = topic.version
      const events = await eventsAfter(sql, topic, cursor)
      cursor = events.at(-1)?.seq ?? cursor
      return events
    },
    snapshot: ({ now } = { now: false }) => snapshotOf(sql, topic, now),
    changed: ({ signal, timeoutMs }) =>
      topic.version === seen ? wait(topic, signal, timeoutMs) : Promise.resolve(),
    close: onClose,
  }
}

/** From the window when it reaches back far enough, else from Postgres. */
async function eventsAfter(sql: Sql, topic: Topic, cursor: number): Promise<StoryEvent[]> {
  if (cursor < topic.floor) {
    return readEvents(sql, { jobId: topic.jobId, after: cursor, limit: PAGE })
  }
  return topic.window.filter(({ seq }) => seq > cursor).slice(0, PAGE)
}

async function snapshotOf(sql: Sql, topic: Topic, now: boolean): Promise<Snapshot> {
  const nowMs = performance.now()
  const { latest } = topic
  const fresh = !now && latest !== undefined && nowMs - latest.atMs < SNAPSHOT_INTERVAL_MS
  if (latest === undefined || (!fresh && latest.version !== topic.version)) {
    topic.latest = { row: readJobById(sql, topic.jobId), atMs: nowMs, version: topic.version }
  }
  const used = topic.latest as NonNullable<Topic['latest']>
  const row = await used.row
  const outdated = used.version !== topic.version
  return { row, newerInMs: outdated ? Math.max(1, used.atMs + SNAPSHOT_INTERVAL_MS - nowMs) : null }
}

function wait(topic: Topic, signal: AbortSignal, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      topic.waiters.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timeoutMs)
    topic.waiters.add(done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

/** One read at a time, spaced; what happens meanwhile leads to one more. */
function refresh(deps: Deps, topic: Topic): void {
  topic.dirty = true
  if (topic.reading || topic.timer !== undefined) return
  topic.reading = true
  topic.dirty = false
  extend(deps.sql, topic)
    .catch(deps.onError)
    .finally(() => {
      topic.reading = false
      if (topic.watchers === 0) return
      topic.timer = setTimeout(() => {
        topic.timer = undefined
        if (topic.dirty) refresh(deps, topic)
      }, READ_INTERVAL_MS)
    })
}

async function extend(sql: Sql, topic: Topic): Promise<void> {
  let events: StoryEvent[] = []
  do {
    if (topic.floor === Number.POSITIVE_INFINITY) topic.floor = await readLastSeq(sql, topic.jobId)
    const after = topic.window.at(-1)?.seq ?? topic.floor
    events = await readEvents(sql, { jobId: topic.jobId, after, limit: PAGE })
    topic.window.push(...events)
    const cut = topic.window.splice(0, Math.max(0, topic.window.length - WINDOW_MAX))
    topic.floor = cut.at(-1)?.seq ?? topic.floor
    topic.version += 1
    for (const wake of [...topic.waiters]) wake()
  } while (events.length === PAGE && topic.watchers > 0)
}
