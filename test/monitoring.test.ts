// Alert rules and dashboard ask for metrics that coordinators export, under labels that they have; each alert leads to
// its place in the runbook.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { ORDERS } from './support/configs.ts'
import { selectorsOf } from './support/promql.ts'
import { restApp } from './support/rest-app.ts'

const ROOT = new URL('../', import.meta.url)
const read = (name: string) => readFile(new URL(name, ROOT), 'utf8')
/** Of Prometheus itself: metrics and labels that it adds to what it scrapes. */
const OF_PROMETHEUS = { metrics: ['up'], labels: ['instance', 'job', 'le'] }
const SEVERITIES = ['warning', 'critical']

type Rule = {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook_url: string }
}
type Rules = { groups: { name: string; rules: Rule[] }[] }
type Panel = { id: number; title: string; targets: { expr: string }[] }
type Dashboard = { uid: string; panels: Panel[] }

const rules = ((await parse(await read('deploy/monitoring/alerts.yaml'))) as Rules).groups.flatMap(
  (group) => group.rules,
)
const dashboard = JSON.parse(await read('deploy/monitoring/dashboard.json')) as Dashboard

test('every metric and label that is asked for is exported', async (t) => {
  const { admin, alice, call, database } = await restApp(t)
  await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  await database.query(
    `insert into workers (id, name, public_key, region, trust, state, coordinator_id, slots, machine, engine_version, load)
     values ('wrk_1', 'one', '', 'eu-central', 'trusted', 'active', 'c', 2, '{}', '1',
       '{"busy_slots": 1, "memory_bytes": 1, "memory_total_bytes": 2}')`,
  )
  await database.query(
    `insert into scaling_pools (pool, state, figures, min, max)
     values ('cpu', '{}', '{"active": 1, "pending": 0, "total": 1, "cpu": 0.5, "memory": 0.5, "queue": 3}', 1, 3)`,
  )
  const { text } = await call(admin, 'GET', '/metrics')
  const exported = seriesOf(text)
  const asked = [...rules, ...dashboard.panels.flatMap(({ targets }) => targets)]
  assert.ok(asked.length > 30)
  for (const { expr } of asked)
    for (const { metric, labels } of selectorsOf(expr)) {
      if (OF_PROMETHEUS.metrics.includes(metric)) continue
      const known = exported.get(metric)
      assert.ok(known, `${metric} is not exported: ${expr}`)
      for (const label of labels)
        assert.ok(known.has(label) || OF_PROMETHEUS.labels.includes(label), `${label}: ${expr}`)
    }
})

test('the metrics that dashboards of others know have their types, labels and buckets', async (t) => {
  const { admin, call } = await restApp(t)
  const { text } = await call(admin, 'GET', '/metrics')
  for (const line of [
    '# TYPE syndata_jobs_total counter',
    'syndata_jobs_total{status="completed"} 0',
    'syndata_jobs_total{status="failed"} 0',
    '# TYPE syndata_generation_duration_seconds histogram',
    'syndata_generation_duration_seconds_bucket{le="10"} 0',
    'syndata_generation_duration_seconds_bucket{le="30"} 0',
    'syndata_generation_duration_seconds_bucket{le="60"} 0',
    '# TYPE syndata_rows_generated_total counter',
    'syndata_rows_generated_total 0',
  ])
    assert.ok(text.split('\n').includes(line), line)
})

test('what is no expression, or asks for another metric, is found', () => {
  assert.throws(() => selectorsOf('max by (status (syndata_jobs)'), SyntaxError)
  assert.deepEqual(selectorsOf('sum by (le, route) (rate(a{b="c", d!~"e"}[5m])) / max(f) > 2'), [
    { metric: 'a', labels: ['b', 'd', 'le', 'route'] },
    { metric: 'f', labels: [] },
  ])
})

test('each alert has its severity, its summary and its place in the runbook', async () => {
  const runbook = await read('docs/operations.md')
  const anchors = new Set(
    [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title)),
  )
  for (const { alert, labels, annotations } of rules) {
    assert.ok(SEVERITIES.includes(labels.severity), alert)
    assert.ok(annotations.summary.length > 10, alert)
    const [page, place = ''] = annotations.runbook_url.split('#')
    assert.equal(page, 'docs/operations.md', alert)
    assert.ok(anchors.has(place), `${alert}: ${annotations.runbook_url}`)
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  const ids = dashboard.panels.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

/** As GitHub makes them. */
const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

/** The labels that the samples of each metric have; a metric without samples is not there. */
function seriesOf(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? [^ ]+$/gm)) {
    const known = series.get(name) ?? new Set()
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) known.add(label)
    series.set(name, known)
  }
  return series
}

test('the Prometheus operator gets the same rules', async () => {
  const { groups } = (await parse(await read('deploy/monitoring/alerts.yaml'))) as Rules
  const { spec } = (await parse(await read('k8s/overlays/monitoring/rules.yaml'))) as {
    spec: Rules
  }
  assert.deepEqual(spec.groups, groups)
})
