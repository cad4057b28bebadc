import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { packDictionary, writeEntry } from './packed-dictionary.ts'

const encoder = new TextEncoder()

test('entries are the UTF-8 of their texts, whatever stands beside them', () => {
  const halves = fc.constantFrom('\ud83d', '\ude00', 'a\ud83d', '\ude00b', '')
  const short = fc.string({ unit: 'grapheme' })
  const long = fc.string({ unit: 'grapheme', minLength: 60, maxLength: 100 })
  const text = fc.oneof({ weight: 5, arbitrary: fc.oneof(short, halves) }, long)
  const texts = fc.array(text, { maxLength: 30 })
  fc.assert(
    fc.property(texts, (list) => {
      const packed = packDictionary(list)
      const view = new DataView(new ArrayBuffer(4096))
      for (const [code, text] of list.entries()) {
        const expected = encoder.encode(text)
        assert.deepEqual([...(packed.entries[code] ?? [])], [...expected])
        const end = writeEntry(view, 0, packed, code)
        assert.deepEqual(Buffer.from(view.buffer, 0, end), Buffer.from(expected))
      }
    }),
  )
})
