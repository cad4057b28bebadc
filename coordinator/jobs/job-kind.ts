// What a job does.

/** generate: rows of tables · train: a model of a dataset, in one chunk that is the model's file. */
export type JobKind = 'generate' | 'train'

/** Types of the workflows that carry jobs out. */
export const WORKFLOWS = { generate: 'generation', train: 'training' } as const satisfies Record<
  JobKind,
  string
>

export const workflowIdOf = (jobId: string, kind: JobKind = 'generate'): string =>
  `${WORKFLOWS[kind]}/${jobId}`
