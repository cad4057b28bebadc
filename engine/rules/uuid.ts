// uuid: version 4 (RFC 9562) from a row's 128 random bits.

import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { UuidVector } from './vector.ts'

export function compileUuid(_: RuleOf<'uuid'>, context: RuleContext): Kernel {
  const plane = () => new Int32Array(context.capacity)
  const vector: UuidVector = {
    kind: 'uuid',
    words: [plane(), plane(), plane(), plane()],
    nulls: null,
  }
  const [a, b, c, d] = vector.words
  return {
    vector,
    fill(rows) {
      const [w0, w1, w2, w3] = context.random.words(rows, context.stream, 0)
      for (let i = 0; i < rows.n; i++) {
        a[i] = w0[i] as number
        b[i] = ((w1[i] as number) & 0xffff_0fff) | 0x4000
        c[i] = ((w2[i] as number) & 0x3fff_ffff) | 0x8000_0000
        d[i] = w3[i] as number
      }
    },
  }
}
