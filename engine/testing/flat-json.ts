// Reads objects of plain values from JSON. JSON.parse of V8 13 and 14 reads an escaped key of one character as "\" once
// it has met the key "\" in an object of the same shape (nodejs/node issue 63785); in arrays it reads what is there.

const STRING_OR_MARK = /"(?:[^"\\]|\\.)*"|[{}:]/g
const IN_ARRAYS: Record<string, string> = { '{': '[', '}': ']', ':': ',' }

/** Name to value for each object of a text: one object, or an array of them. None may hold another, or an array. */
export function objectsIn(text: string): Map<string, unknown>[] {
  const arrays = text.replaceAll(STRING_OR_MARK, (part) => IN_ARRAYS[part] ?? part)
  const lists = JSON.parse(text.startsWith('{') ? `[${arrays}]` : arrays) as unknown[][]
  return lists.map(
    (list) =>
      new Map(list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]]] : []))),
  )
}
