// Downloads the pinned Temporal CLI from where the SDK's own downloader takes it, within bounds of time.
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { runCommand, say } from './run.mjs'

const SITE = 'https://temporal.download/cli/v1.5.1'
const ASK_MAX_MS = 10_000
const DOWNLOAD_MAX_MS = 10 * 60_000
const UNPACK_MAX_MS = 60_000
const ARCHES = { x64: 'amd64', arm64: 'arm64' }

/** Where the archive for this machine lies, or undefined when the site does not answer. */
async function askWhere() {
  const query = new URLSearchParams({
    arch: ARCHES[process.arch] ?? process.arch,
    platform: process.platform,
    format: 'tar.gz',
  })
  const reply = await fetch(`${SITE}?${query}`, { signal: AbortSignal.timeout(ASK_MAX_MS) })
  if (!reply.ok) throw new Error(`it answered ${reply.status}`)
  return await reply.json()
}

function withDigest(hash) {
  return new Transform({
    transform(data, _encoding, next) {
      hash.update(data)
      next(null, data)
    },
  })
}

async function fetchTo(file, url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MAX_MS) })
  if (!reply.ok || !reply.body) throw new Error(`the archive answered ${reply.status}`)
  const hash = createHash('sha256')
  await pipeline(Readable.fromWeb(reply.body), withDigest(hash), createWriteStream(file))
  say(`${url} has SHA-256 ${hash.digest('hex')}`)
}

/** Puts the CLI at `file`; false, with the reason said, when it cannot be had from the site or SYNDATA_OFFLINE is 1. */
export async function downloadTemporal(file) {
  const work = `${path.dirname(file)}.download`
  try {
    if (process.env.SYNDATA_OFFLINE === '1') throw new Error('SYNDATA_OFFLINE is set')
    const { archiveUrl, fileToExtract } = await askWhere()
    rmSync(work, { recursive: true, force: true })
    mkdirSync(work, { recursive: true })
    const archive = path.join(work, 'archive.tar.gz')
    await fetchTo(archive, archiveUrl)
    const unpack = ['-xzf', archive, '-C', work, fileToExtract]
    const { code, tail } = await runCommand('tar', unpack, { timeoutMs: UNPACK_MAX_MS })
    if (code !== 0) throw new Error(`tar: ${tail}`)
    mkdirSync(path.dirname(file), { recursive: true })
    renameSync(path.join(work, fileToExtract), file)
    return true
  } catch (error) {
    say(`cannot be downloaded: ${error.cause?.message ?? error.message}`)
    return false
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
