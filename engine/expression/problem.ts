// What is wrong with an expression, and where.

/** `offset` counts characters from the start of the expression. */
export type ExpressionProblem = { offset: number; message: string }

/** Thrown inside this folder only; callers see problems or an AppError. */
export class ExpressionError extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.name = 'ExpressionError'
    this.offset = offset
  }
}
