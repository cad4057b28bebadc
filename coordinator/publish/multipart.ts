// A multipart/form-data body with one streamed file, of a length that is known before the first byte is sent.
import { randomUUID } from 'node:crypto'
import type { PublishRequest } from './publisher.ts'

export type Multipart = { headers: Record<string, string>; body: AsyncIterable<Uint8Array> }

/** The fields in order, then the CAR as the field `file`. */
export function carForm(
  fields: Record<string, string>,
  { root, carBytes, openCar }: Pick<PublishRequest, 'root' | 'carBytes' | 'openCar'>,
  { signal }: { signal: AbortSignal },
): Multipart {
  const boundary = `form-${randomUUID()}`
  const part = (disposition: string, rest = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${rest}\r\n`
  let text = ''
  for (const [name, value] of Object.entries(fields))
    text += `${part(`name="${name}"`)}${value}\r\n`
  text += part(`name="file"; filename="${root}.car"`, 'Content-Type: application/vnd.ipld.car\r\n')
  const [head, tail] = [Buffer.from(text), Buffer.from(`\r\n--${boundary}--\r\n`)]
  async function* body() {
    yield head
    yield* openCar({ signal })
    yield tail
  }
  const length = head.length + carBytes + tail.length
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(length),
    },
    body: body(),
  }
}
