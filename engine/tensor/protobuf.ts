// The few wire types of protobuf that an ONNX model needs: varints, length-delimited fields and floats.

const WIRE = { varint: 0, delimited: 2, fixed32: 5 } as const

/** Encoded fields of one message, in order; joined once, when the whole message is asked for. */
export type Message = { readonly pieces: Uint8Array[]; readonly bytes: number }

/** A message of these fields; `undefined` ones are absent. */
export function message(...fields: (Message | undefined)[]): Message {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for (const field of fields) {
    if (field === undefined) continue
    for (const piece of field.pieces) pieces.push(piece)
    bytes += field.bytes
  }
  return { pieces, bytes }
}

/** An int32, int64 or enum field; negative numbers take ten bytes, as protobuf says. */
export function integerField(field: number, value: number): Message {
  return pieces(Uint8Array.from([...varint(field * 8 + WIRE.varint), ...varint(value)]))
}

/** A float field: the nearest float32. */
export function floatField(field: number, value: number): Message {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return pieces(Uint8Array.from(varint(field * 8 + WIRE.fixed32)), bytes)
}

/** A bytes field over the memory of `value`, which must not change until the message is joined. */
export function bytesField(field: number, value: Uint8Array): Message {
  return pieces(delimiter(field, value.length), value)
}

export function textField(field: number, value: string): Message {
  return bytesField(field, new TextEncoder().encode(value))
}

export function messageField(field: number, value: Message): Message {
  return message(pieces(delimiter(field, value.bytes)), value)
}

export function join({ pieces, bytes }: Message): Uint8Array {
  const out = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

function pieces(...list: Uint8Array[]): Message {
  return { pieces: list, bytes: list.reduce((sum, piece) => sum + piece.length, 0) }
}

function delimiter(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8 + WIRE.delimited), ...varint(length)])
}

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value))
  const out: number[] = []
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...out, Number(rest)]
}
