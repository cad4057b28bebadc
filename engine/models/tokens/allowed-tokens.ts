// Which tokens of a column conditions leave, and how much of each.

import { impossible } from '../impossible.ts'
import { type Conditions, ofTarget } from '../sampled.ts'
import { cellsOfBin } from './token-decoder.ts'
import { type Tokens, tokenCount } from './tokens.ts'

/** Tokens that may be drawn, ascending, and the logarithm of the share of each that conditions leave. */
export type AllowedTokens = { tokens: Int32Array; logarithms: Float32Array }

/** By column, where conditions leave something out. AppError `invalid_request` where they leave nothing. */
export function allowedTokens(
  tokens: readonly Tokens[],
  { levels = {}, ranges = {}, nulls = [] }: Conditions,
): Map<number, AllowedTokens> {
  const found = new Map<number, AllowedTokens>()
  for (const [column, known] of tokens.entries()) {
    const [wanted, range] = [ofTarget(levels, known.name), ofTarget(ranges, known.name)]
    const shares = new Float64Array(tokenCount(known)).fill(1)
    if (wanted) for (const code of shares.keys()) shares[code] = Number(wanted.includes(code))
    if (range && known.kind === 'numeric') narrow(known, range, shares)
    if (known.kind === 'numeric' && nulls.includes(known.name)) onlyNull(known, shares)
    if (shares.every((share) => share === 1)) continue
    const left = Int32Array.from(shares.keys()).filter((code) => (shares[code] as number) > 0)
    if (left.length === 0) throw impossible(known.name)
    const logarithms = Float32Array.from(left, (code) => Math.log(shares[code] as number))
    found.set(column, { tokens: left, logarithms })
  }
  return found
}

function onlyNull({ hasNull }: Tokens & { kind: 'numeric' }, shares: Float64Array): void {
  shares.fill(0)
  if (hasNull) shares[shares.length - 1] = 1
}

/** Of each token, the share that lies in the range. */
function narrow(
  tokens: Tokens & { kind: 'numeric' },
  range: { min: number; max: number; nulls?: true },
  shares: Float64Array,
): void {
  const { atoms, bins, hasNull } = tokens
  shares.fill(0)
  if (hasNull && range.nulls) shares[shares.length - 1] = 1
  for (const [code, atom] of atoms.entries())
    shares[code] = Number(atom >= range.min && atom <= range.max)
  for (const bin of bins.keys())
    shares[atoms.length + bin] = Math.min(1, cellsOfBin(tokens, bin, range).share)
}
