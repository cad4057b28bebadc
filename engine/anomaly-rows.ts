// The list of a table's damaged rows, as a table: entry by entry of its laws, found by the inverse of the permutation that
// chooses the rows, so that any range of the list is made by itself.

import { createAnomalies, type Damaged, damagedRowOf } from './anomalies.ts'
import { damagedRows, lawsOf, touchedBy } from './anomaly-laws.ts'
import type { ResolvedTable } from './config/types.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { createRows, type Rows, rowCapacity } from './rows.ts'
import { scalarAt } from './rules/read.ts'
import { numberVector, type TextVector, type Vector } from './rules/vector.ts'
import type { Scope } from './scope.ts'

export type AnomalyRows = {
  readonly columns: { name: string; vector: Vector }[]
  evaluate(rows: Rows): void
}

type Entry = { law: number; row: number }

/** Which row of the table an entry is, and by which of its laws. */
function entriesOf(dataset: Dataset, source: ResolvedTable): (entry: number) => Entry {
  const { rows } = tableOf(dataset, source.name)[1]
  let end = 0
  const listed = lawsOf(source).flatMap((law, place) => {
    if (law.listed !== true) return []
    const from = end
    end += damagedRows(law, rows)
    return [{ law: place, from, end, rowOf: damagedRowOf(dataset, source, law) }]
  })
  return (entry) => {
    const found = listed.find((one) => entry < one.end)
    if (!found) throw new RangeError(`entry ${entry} of ${end}`)
    return { law: found.law, row: found.rowOf(entry - found.from) }
  }
}

function textVector(capacity: number): TextVector & { nulls: Uint8Array } {
  const values = new Array<string>(capacity).fill('')
  return { kind: 'text', values, nulls: new Uint8Array(capacity) }
}

/** `scope` makes scopes over the listed table, which `source` is. */
export function createAnomalyRows(
  dataset: Dataset,
  source: ResolvedTable,
  scope: () => Scope,
  batchRows: number,
): AnomalyRows {
  const capacity = rowCapacity(batchRows)
  const clean = scope()
  const touched = [...new Set(lawsOf(source).flatMap(touchedBy))]
  const values = new Map(touched.map((name) => [name, clean.vector(name)]))
  const keys = source.columns
    .filter(({ primary_key }) => primary_key)
    .map(({ name }) => ({ name, vector: clean.vector(name) }))
  const list = touched.map((name) => ({ name, vector: values.get(name) as Vector }))
  const damage = createAnomalies(dataset, source, list, scope, batchRows)
  const entryOf = entriesOf(dataset, source)
  const chosen = createRows(batchRows)
  const laws = new Int32Array(capacity)
  const row = numberVector('int', 0, capacity)
  const [kind, columns] = [textVector(capacity), textVector(capacity)]
  const original = { ...textVector(capacity), json: true as const }
  const tell = (i: number, damaged: Damaged | null) => {
    for (const { nulls } of [kind, columns, original]) nulls[i] = damaged ? 0 : 1
    if (!damaged) return
    kind.values[i] = damaged.kind
    columns.values[i] = damaged.columns.join(', ')
    const before = damaged.columns.map((name) => [name, scalarAt(values.get(name) as Vector, i)])
    original.values[i] = JSON.stringify(Object.fromEntries(before))
  }
  return {
    columns: [
      { name: 'row', vector: row },
      ...keys,
      ...[
        { name: 'kind', vector: kind },
        { name: 'columns', vector: columns },
        { name: 'original', vector: original },
      ],
    ],
    evaluate({ n, index }) {
      for (let i = 0; i < n; i++) {
        const entry = entryOf(index[i] as number)
        laws[i] = entry.law
        chosen.index[i] = entry.row
        row.values[i] = entry.row
        tell(i, null)
      }
      chosen.n = n
      chosen.stamp++
      clean.evaluate(chosen)
      damage.apply(chosen, (law, i, damaged) => {
        if (law === laws[i]) tell(i, damaged)
      })
    },
  }
}
