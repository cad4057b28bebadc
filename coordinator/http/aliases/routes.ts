// Calls by the names that earlier interfaces have for them; each ends in a call of this one. An upload by theirs is in
// dataset-upload-route.ts, for a form is read there.

import type { App } from '../types.ts'
import { batchAliases } from './batch-aliases.ts'
import { datasetStatsAlias } from './dataset-aliases.ts'
import { generationAliases } from './generation-aliases.ts'
import { taskAliases } from './task-aliases.ts'
import { trainingAliases } from './training-aliases.ts'

type AliasDeps = Parameters<typeof batchAliases>[1] &
  Parameters<typeof generationAliases>[1] &
  Parameters<typeof trainingAliases>[1]

export function aliasRoutes(app: App, deps: AliasDeps): void {
  datasetStatsAlias(app, deps)
  trainingAliases(app, deps)
  batchAliases(app, deps)
  generationAliases(app, deps)
  taskAliases(app, deps)
}
