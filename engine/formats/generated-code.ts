// Functions made of cells' code. The text holds our tokens and integers; everything else is handed in.

import { createKept } from '#engine/kept.ts'
import { createBindings } from './bind.ts'
import type { Cell } from './cell-parts.ts'

type Make = (...bound: unknown[]) => unknown

export type Frame = { parameters: string; open: string; close: string }

/** Texts kept: as many as columns can differ in kind, and more. */
const KEPT = 1000

const keep = createKept<Make>(KEPT)

function textOf(cells: readonly Cell[], { parameters, open, close }: Frame) {
  const { bind, names, values } = createBindings()
  const body = cells.map((cell) => cell.code(bind)).join('')
  // As constants of the function the bound values are read once, not once a row.
  const constants = names.map((name) => `const ${name}=${name}_;`).join('')
  const source = `return function(${parameters}){${constants}${open}${body}${close}}`
  return { source, names: names.map((name) => `${name}_`), values }
}

const made = (names: readonly string[], source: string): Make =>
  Reflect.construct(Function, [...names, source]) as Make

/** A function of the cells' code in a frame, whose optimised code is its own. Throws EvalError where the host forbids it. */
export function generate(cells: readonly Cell[], frame: Frame): unknown {
  const { source, names, values } = textOf(cells, frame)
  return made(names, source)(...values)
}

/**
 * As generate, but functions of the same text share their optimised code, whatever they are bound to: slower than code
 * that knows its arrays, but warm from the second one on.
 */
export function generateShared(cells: readonly Cell[], frame: Frame): unknown {
  const { source, names, values } = textOf(cells, frame)
  return keep(source, () => made(names, source))(...values)
}
