import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { choosePorts, freePort } from './ports.ts'

test('a wished port in use is replaced and that is said; what was chosen is chosen again', async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ports-'))
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
  }
  const occupant = createServer()
  t.after(() => {
    occupant.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const inUse = await freePort()
  const free = await freePort(new Set([inUse]))
  occupant.listen(inUse, '127.0.0.1')
  await once(occupant, 'listening')

  const wishes = [
    { name: 'rest', port: inUse },
    { name: 'fleet', port: free },
    { name: 'any', port: 0 },
  ]
  const first = await choosePorts(wishes, { dataDir, say })
  assert.notEqual(first('rest'), inUse)
  assert.equal(first('fleet'), free)
  assert.deepEqual(lines, [`port ${inUse} (rest) is in use: ${first('rest')} in its place`])

  const second = await choosePorts(wishes, { dataDir, say })
  assert.deepEqual(
    wishes.map(({ name }) => second(name)),
    wishes.map(({ name }) => first(name)),
  )
  assert.throws(() => second('unknown'), /no port/)
})

test('wishes for the same port get different ones', async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ports-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const port = await freePort()
  const chosen = await choosePorts(
    [
      { name: 'a', port },
      { name: 'b', port },
    ],
    { dataDir, say: () => undefined },
  )
  assert.notEqual(chosen('a'), chosen('b'))
})

test('a port that any will do is never one that an outgoing connection could be given first', async () => {
  for (let i = 0; i < 50; i++) assert.ok((await freePort()) < 32_768)
})
