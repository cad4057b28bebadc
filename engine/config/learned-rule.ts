// What a resolved config says of a table that a model draws.

/**
 * Of categories the levels by their codes; null among them is a null. Of numbers bounds in the units of the column;
 * `format` and `zone` are what text shows.
 */
export type LearnedRule = { type: 'learned'; target: number } & (
  | { levels: (string | null)[] }
  | {
      levels: null
      min: number
      max: number
      /** Whether there are nulls. */
      nulls: boolean
      format?: string
      zone?: string
    }
)

/** What is asked of the rows of a model: levels by their codes, numbers from `min` to `max`, both by target, and
 * targets of numbers that are null. */
export type LearnedConditions = {
  levels?: Record<string, number[]>
  ranges?: Record<string, { min: number; max: number; nulls?: true }>
  nulls?: string[]
}
