// ip, ipv6, mac: addresses out of given networks.

import { createForms } from './form-draw.ts'
import { CAPITALS, DIGITS, type Form, type Place, times } from './forms.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { codeVector, type Piece } from './vector.ts'

const HEX: Place = [...DIGITS, ...CAPITALS.slice(0, 6).map((letter) => letter.toLowerCase())]
const COLON: Place = [':']

/** The octets of an address, with what stands behind them. */
const OCTETS = ['.', '.', '.', ''].map((after) =>
  Array.from({ length: 256 }, (_, k) => `${k}${after}`),
)

/** Addresses in all networks together. */
export function ipCapacity({ networks }: RuleOf<'ip'>): number {
  return networks.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** Numbers counted through all networks become addresses. */
function placeInNetworks(
  values: Float64Array,
  n: number,
  networks: RuleOf<'ip'>['networks'],
): void {
  const firsts = Float64Array.from(networks, ([first]) => first)
  const sizes = Float64Array.from(networks, ([first, last]) => last - first + 1)
  for (let i = 0; i < n; i++) {
    let rest = values[i] as number
    let k = 0
    for (; rest >= (sizes[k] as number); k++) rest -= sizes[k] as number
    values[i] = (firsts[k] as number) + rest
  }
}

/** Dotted decimals. */
export function compileIp(rule: RuleOf<'ip'>, context: RuleContext): Kernel {
  const draw = createIndexDraw(context, ipCapacity(rule))
  const numbers = new Float64Array(context.capacity)
  const parts = OCTETS.map((octets) => codeVector(octets, context.capacity))
  const pieces = parts.map(({ dictionary, codes }): Piece => ({ kind: 'code', dictionary, codes }))
  const [a, b, c, d] = parts.map(({ codes }) => codes) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      draw(numbers, rows)
      placeInNetworks(numbers, rows.n, rule.networks)
      for (let i = 0; i < rows.n; i++) {
        const address = numbers[i] as number
        a[i] = address / 16_777_216
        b[i] = (address >>> 16) & 255
        c[i] = (address >>> 8) & 255
        d[i] = address & 255
      }
    },
  }
}

/** A group of four digits, the first not 0: such groups are written as they are (RFC 5952). */
const GROUP: Form = [COLON, HEX.slice(1), ...times(HEX, 3)]

const groups = (count: number): Form => Array.from({ length: count }, () => GROUP).flat()

/** Documentation is 2001:db8::/32 (RFC 3849), private fd00::/8 (RFC 4193), public what registries have given out. */
export function ipv6Form({ network }: RuleOf<'ipv6'>): Form {
  switch (network) {
    case 'documentation':
      return [['2001:db8'], ...groups(6)]
    case 'private':
      return [['fd'], HEX, HEX, ...groups(7)]
    case 'public':
      return [['24', '26', '28', '2a'], HEX, HEX, ...groups(7)]
  }
}

export function compileIpv6(rule: RuleOf<'ipv6'>, context: RuleContext): Kernel {
  const { pieces, fill } = createForms(rule, context, () => ({ forms: [ipv6Form(rule)] }))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}

/** First octets of local addresses of one station: no maker has them (IEEE 802c, the bit for local is set). */
const LOCAL: Place = HEX.flatMap((high) => ['2', '6', 'a', 'e'].map((low) => high + low))

/** Six octets; all behind the prefix is free. */
export function macForm({ prefix, separator }: RuleOf<'mac'>): Form {
  const given = prefix === null ? [LOCAL] : (prefix.match(/../g) ?? []).map((octet) => [octet])
  const octet: Place = HEX.flatMap((high) => HEX.map((low) => high + low))
  const all: Place[] = [...given, ...times(octet, 6 - given.length)]
  return all.map((place, k) => (k === 0 ? place : place.map((text) => separator + text)))
}

export function compileMac(rule: RuleOf<'mac'>, context: RuleContext): Kernel {
  const { pieces, fill } = createForms(rule, context, () => ({ forms: [macForm(rule)] }))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}
