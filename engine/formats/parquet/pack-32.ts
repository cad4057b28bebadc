// Packs 32 integers of one width, lowest bit first: code unrolled for the width, four times as fast as a loop that
// shifts by variables; that loop where the host forbids code from strings.

/** Packs the integers `values[from .. from + 32)` of one width into `width` words of 32 bits at p, little-endian. */
export type Pack32 = (values: Int32Array, from: number, view: DataView, p: number) => void

const VALUES = 32
const WORD_BITS = 32

/** The expression of one word: the parts of the values whose bits it has. */
function wordCode(width: number, word: number): string {
  const first = Math.floor((word * WORD_BITS) / width)
  const last = Math.ceil(((word + 1) * WORD_BITS) / width)
  const parts: string[] = []
  for (let k = first; k < last; k++) {
    const shift = k * width - word * WORD_BITS
    parts.push(`v[a+${k}]${shift < 0 ? `>>>${-shift}` : `<<${shift}`}`)
  }
  return parts.join('|')
}

function generated(width: number): Pack32 {
  const words = Array.from(
    { length: width },
    (_, word) => `d.setInt32(p+${4 * word},${wordCode(width, word)},true);`,
  )
  return Reflect.construct(Function, ['v', 'a', 'd', 'p', words.join('')]) as Pack32
}

/** Packs `count` integers from `from` at p; the last word may reach beyond the last whole byte. */
export function packLoop(
  values: Int32Array,
  { from, count }: { from: number; count: number },
  width: number,
  view: DataView,
  p: number,
): void {
  let at = p
  let word = 0
  let used = 0
  for (let i = from; i < from + count; i++) {
    const value = values[i] as number
    word |= value << used
    used += width
    if (used >= WORD_BITS) {
      view.setInt32(at, word, true)
      at += 4
      used -= WORD_BITS
      word = used === 0 ? 0 : value >>> (width - used)
    }
  }
  if (used > 0) view.setInt32(at, word, true)
}

const packers: (Pack32 | undefined)[] = []

/** What packs integers of 1 <= width <= 32 bits. */
export function packerOf(width: number): Pack32 {
  let packer = packers[width]
  if (packer) return packer
  try {
    packer = generated(width)
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    packer = (values, from, view, p) => packLoop(values, { from, count: VALUES }, width, view, p)
  }
  packers[width] = packer
  return packer
}
