// npm run bench -- <name> [--json]: measures, and prints a table or one JSON array of rows.

import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Row } from './row.ts'
import { stopOnSignals } from './support/bench-stack.ts'
import { removeFolders } from './support/disk.ts'
import { printed } from './support/print.ts'
import { say } from './support/say.ts'

type Bench = { what: string; run: () => Promise<Row[]> }

/** Loaded when asked for. */
const BENCHES: Record<string, Bench> = {
  engine: {
    what: 'rows a second on one core, beside faker-js and DuckDB; the first chunk of a schema',
    run: async () => (await import('./engine.ts')).engineBench(),
  },
  rules: {
    what: 'values a second on one core, rule by rule',
    run: async () => (await import('./rules.ts')).rulesBench(),
  },
  learn: {
    what: 'models learned from a real table, sampled and judged, beside ctgan, sdv and sdmetrics',
    run: async () => (await import('./learn.ts')).learnBench(),
  },
  merge: {
    what: 'one file out of 10,000 parts by links, beside hashing its bytes again',
    run: async () => (await import('./merge.ts')).mergeBench(),
  },
  e2e: {
    what: 'POST to CID for 1 and 10 million rows, beside bare processes, Ray and Dask',
    run: async () => (await import('./e2e.ts')).e2eBench(),
  },
  failover: {
    what: 'killed workers, coordinator and Temporal: how soon work goes on, what it costs',
    run: async () => (await import('./failover.ts')).failoverBench(),
  },
  rolling: {
    what: 'every process restarted in turn while a job of 50 million rows runs, beside it undisturbed',
    run: async () => (await import('./rolling.ts')).rollingBench(),
  },
  scaling: {
    what: 'from 3 workers to 15 under a burst and back, with jobs running all the while',
    run: async () => (await import('./scaling.ts')).scalingBench(),
  },
  fleet: {
    what: 'one coordinator with 1,000 connected workers: processor, memory, placement',
    run: async () => (await import('./fleet.ts')).fleetBench(),
  },
  load: {
    what: 'the API at 200 requests a second while jobs run',
    run: async () => (await import('./load.ts')).loadBench(),
  },
  scale: {
    what: 'memory from 1 to 100 million rows, and a job of 100,000 chunks',
    run: async () => (await import('./scale.ts')).scaleBench(),
  },
}

const HELP = `npm run bench -- <name> [--json]

${[...Object.entries(BENCHES), ['all', { what: 'all of them, one after the other' }] as const]
  .map(([name, { what }]) => `  ${name.padEnd(10)} ${what}`)
  .join('\n')}

  --json     one JSON array on standard output; everything else goes to standard error

Shorter runs: SYNDATA_BENCH_RUNS (repetitions at most), SYNDATA_BENCH_ROWS (the large job of e2e),
SYNDATA_BENCH_ROLLING_ROWS (rolling), SYNDATA_BENCH_SCALING_ROWS (scaling), SYNDATA_BENCH_SECONDS (load), SYNDATA_BENCH_EPOCHS (learn), SYNDATA_BENCH_SCALE_ROWS and SYNDATA_BENCH_CHUNKS (scale).
SYNDATA_BENCH_PYTHON: a Python with ray, dask, polars, numpy, faker and mimesis, for those peers;
SYNDATA_BENCH_LEARN_PYTHON: one with ctgan, sdv and sdmetrics.`

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

function readArguments(): { names: string[]; json: boolean } {
  const { values, positionals } = arguments_()
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    process.exit(0)
  }
  const [name, ...rest] = positionals
  if (name === undefined) fail(`Which bench?\n\n${HELP}`)
  if (rest.length > 0) fail(`One bench at a time, not ${positionals.join(', ')}; "all" runs all.`)
  if (name === 'all') return { names: Object.keys(BENCHES), json: values.json }
  if (!Object.hasOwn(BENCHES, name))
    fail(`There is no bench "${name}"; there are ${[...Object.keys(BENCHES), 'all'].join(', ')}.`)
  return { names: [name], json: values.json }
}

function arguments_() {
  const options = {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')

async function main(): Promise<void> {
  const { names, json } = readArguments()
  stopOnSignals()
  const rows: Row[] = []
  for (const name of names) {
    say(`${name}: ${BENCHES[name]?.what}; load average ${load()}`)
    rows.push(...((await BENCHES[name]?.run()) ?? []))
  }
  process.stdout.write(json ? `${JSON.stringify(rows)}\n` : `${printed(rows)}\n`)
  say(`load average at the end ${load()}`)
}

await main()
  .catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exitCode = 1
  })
  .finally(removeFolders)
