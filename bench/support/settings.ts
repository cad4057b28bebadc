// How long benches take. The defaults are the figures of record; the environment shortens them.

const number = (name: string, fallback: number): number => {
  const value = Number(process.env[name] ?? fallback)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${name} must be a whole number above 0`)
}

/** Upper bound of repetitions, whatever a bench asks for. */
const runsMax = number('SYNDATA_BENCH_RUNS', 99)

/** How often something is measured. */
export const runs = (wanted: number): number => Math.min(wanted, runsMax)

export const settings = {
  e2eRows: number('SYNDATA_BENCH_ROWS', 10_000_000),
  loadSeconds: number('SYNDATA_BENCH_SECONDS', 60),
  scaleRows: number('SYNDATA_BENCH_SCALE_ROWS', 100_000_000),
  chunks: number('SYNDATA_BENCH_CHUNKS', 100_000),
  rollingRows: number('SYNDATA_BENCH_ROLLING_ROWS', 50_000_000),
  scalingRows: number('SYNDATA_BENCH_SCALING_ROWS', 5_000_000),
  fleetWorkers: number('SYNDATA_BENCH_WORKERS', 1_000),
  /** A Python with ray, dask and polars, for the peers that need one. */
  python: process.env['SYNDATA_BENCH_PYTHON'] ?? 'python3',
  /** A Python with ctgan, sdv and sdmetrics. */
  learnPython: process.env['SYNDATA_BENCH_LEARN_PYTHON'] ?? 'python3',
  learnEpochs: number('SYNDATA_BENCH_EPOCHS', 50),
}
