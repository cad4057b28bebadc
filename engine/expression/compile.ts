import { AppError } from '#engine/errors.ts'
import type { Kernel, RuleContext } from '#engine/rules/kernel.ts'
export function compileExpression(
  text: string,
  _decimals: number | null,
  _context: RuleContext,
): Kernel {
  throw new AppError('unsupported', text)
}
