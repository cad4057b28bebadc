// Bytes in and out with unsigned LEB128 integers up to 2^53 - 1, as protobuf and CAR write them.

/** Bytes that `value` takes as a varint. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}

/** `value` as a varint. */
export function varint(value: number): Uint8Array {
  return new ByteWriter(varintLength(value)).varint(value).bytes
}

/** Fills a buffer whose exact length is known beforehand; every call returns the writer. */
export class ByteWriter {
  readonly bytes: Uint8Array
  private at = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
  }

  byte(value: number): this {
    this.bytes[this.at++] = value
    return this
  }

  varint(value: number): this {
    let rest = value
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
    return this
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
    return this
  }
}

/** Reads a buffer front to back. Every read past its end throws RangeError. */
export class ByteReader {
  private readonly bytes: Uint8Array
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  atEnd(): boolean {
    return this.at >= this.bytes.length
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new RangeError('the bytes end inside a number')
      value += (byte & 127) * scale
      if (!Number.isSafeInteger(value)) throw new RangeError('a number above 2^53 - 1')
      if (byte < 128) return value
    }
  }

  take(length: number): Uint8Array {
    const end = this.at + length
    if (end > this.bytes.length) throw new RangeError('the bytes end inside a field')
    const slice = this.bytes.subarray(this.at, end)
    this.at = end
    return slice
  }
}
