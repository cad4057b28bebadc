// Reads the binary format of WebAssembly (core specification 2.0, section 5), of modules that were validated before.

/** A place in bytes; each call goes on from where the last one ended. */
export type Reader = {
  readonly at: () => number
  readonly done: () => boolean
  readonly byte: () => number
  /** Unsigned LEB128 of at most 32 bits. */
  readonly unsigned: () => number
  /** Passes over a LEB128 of any size. */
  readonly skipLeb: () => void
  readonly skip: (count: number) => void
  readonly take: (count: number) => Uint8Array
  readonly text: () => string
  /** As many as the number in front says. */
  readonly list: <T>(item: () => T) => T[]
}

/** Bytes behind the end read as 0. */
export function createReader(bytes: Uint8Array, from = 0): Reader {
  let at = from
  const byte = () => bytes[at++] ?? 0
  const unsigned = () => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte()
      value += (next & 0x7f) * 2 ** shift
      if (next < 0x80) break
    }
    return value
  }
  const take = (count: number) => {
    at += count
    return bytes.subarray(at - count, at)
  }
  return {
    at: () => at,
    done: () => at >= bytes.length,
    byte,
    unsigned,
    skipLeb: () => {
      while (byte() >= 0x80);
    },
    skip: (count) => {
      at += count
    },
    take,
    text: () => new TextDecoder().decode(take(unsigned())),
    list: (item) => Array.from({ length: unsigned() }, item),
  }
}
