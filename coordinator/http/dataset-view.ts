// A dataset as callers see it.

import type { DatasetRow } from '#coordinator/datasets/dataset-row.ts'

/** Nothing in it is a value of a personal column or an id. */
export function datasetView(row: DatasetRow) {
  const { id, project_id, name, format, reading, rows, bytes, sha256, warnings } = row
  return {
    dataset_id: id,
    ...{ project_id, name, format, form: formView(reading.form), rows, bytes, sha256 },
    columns: row.columns.map(({ field, ...seen }) => ({
      ...{ name: field.name, type: field.type, semantic: field.semantic, ...seen },
      ...{ decimals: field.decimals, layout: field.layout },
    })),
    warnings,
    created_by: row.owner_id,
    created_at: row.created_at.toISOString(),
  }
}

function formView({ csv, ...form }: DatasetRow['reading']['form']) {
  if (csv === undefined) return form
  const { quotedEmpty: quoted_empty, ...dialect } = csv
  return { ...form, csv: { ...dialect, quoted_empty } }
}
