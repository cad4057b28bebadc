// What is wrong with an expression, and where.

/** `offset` counts characters from the start of the expression; `hint` says what to write. */
export type ExpressionProblem = {
  offset: number
  message: string
  hint?: string
  /** The language has it, this release does not. */
  later?: true
}

/** Thrown inside this folder only; callers see problems or an AppError. */
export class ExpressionError extends Error {
  readonly problem: ExpressionProblem

  constructor(
    offset: number,
    message: string,
    more: Pick<ExpressionProblem, 'hint' | 'later'> = {},
  ) {
    super(message)
    this.name = 'ExpressionError'
    this.problem = { offset, message, ...more }
  }
}
