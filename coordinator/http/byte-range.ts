// The Range header, for one range of bytes (RFC 9110, section 14).

/** The bytes [from, to). */
export type ByteRange = { from: number; to: number }

/**
 * What of `bytes` bytes a Range header asks for: a range, `whole` (no header, several ranges, or one that is not
 * understood: servers may ignore those) or `unsatisfiable`.
 */
export function readByteRange(
  header: string | undefined,
  bytes: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '')
  if (!match) return 'whole'
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const from = Math.max(0, bytes - Number(last))
    return from < bytes ? { from, to: bytes } : 'unsatisfiable'
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return 'whole'
  if (from >= bytes) return 'unsatisfiable'
  return { from, to: last === '' ? bytes : Math.min(bytes, Number(last) + 1) }
}
