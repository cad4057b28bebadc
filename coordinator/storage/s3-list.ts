// Listing a bucket (ListObjectsV2), page by page. Our keys need no XML escapes, so its few fields are read as text.
import { AppError } from '#engine/errors.ts'
import type { S3Client } from './s3-client.ts'

/** `modifiedMs`: epoch milliseconds, in whole seconds on some servers. */
export type S3Object = { key: string; bytes: number; modifiedMs: number }

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Every object whose key begins with `prefix`. AppError `infrastructure` when the server refuses. */
export async function* listObjects(
  client: S3Client,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<S3Object, void, undefined> {
  let token: string | null = null
  do {
    const query: Record<string, string> = { 'list-type': '2', prefix }
    if (token !== null) query['continuation-token'] = token
    const { status, body } = await client.send('GET', '', { query, signal })
    if (status !== 200) {
      const cause = new Error(`S3 answered ${status}`)
      throw new AppError('infrastructure', 'the bucket cannot be listed', { cause })
    }
    const page = Buffer.from(body).toString('utf8')
    for (const [, entry = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const modifiedMs = Date.parse(textOf(entry, 'LastModified') ?? '')
      yield { key: textOf(entry, 'Key') ?? '', bytes: Number(textOf(entry, 'Size')), modifiedMs }
    }
    token = textOf(page, 'IsTruncated') === 'true' ? textOf(page, 'NextContinuationToken') : null
  } while (token)
}

function textOf(xml: string, tag: string): string | null {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]
  if (text === undefined) return null
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code ? String.fromCodePoint(Number(code)) : (ENTITIES[name ?? ''] ?? whole),
  )
}
