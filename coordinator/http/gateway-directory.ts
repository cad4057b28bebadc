// A directory for people: its names as links. Machines ask for the block or an archive instead.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { immutableHeaders, matches } from './file-response.ts'
import type { Found } from './gateway-path.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Answers a page without scripts; the links carry the directory's own CID, so they hold from any URL. */
export function directoryPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { found, shared }: { found: Found; shared: boolean },
): FastifyReply {
  const etag = `"DirIndex-${found.cid}"`
  immutableHeaders(reply, { etag, shared })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const links = found.node?.links ?? []
  const page = Buffer.from(
    pageOf(
      found.cid,
      links.map((link) => link.name),
    ),
  )
  reply
    .type('text/html; charset=utf-8')
    // Sandboxed pages may not start downloads, and its links are all that this page is for.
    .header('content-security-policy', "default-src 'none'; sandbox allow-downloads")
    .header('content-length', page.length)
  return reply.send(request.method === 'HEAD' ? undefined : page)
}

function pageOf(cid: string, names: string[]): string {
  const items = names.map(
    (name) => `<li><a href="/ipfs/${cid}/${encodeURIComponent(name)}">${escapeHtml(name)}</a></li>`,
  )
  return `<!doctype html>\n<meta charset="utf-8"><title>${cid}</title>\n<h1>${cid}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
}
