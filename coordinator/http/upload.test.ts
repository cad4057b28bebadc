// Uploads over a real socket: long ones, and those that are refused while they are still sent.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { type RestApp, restApp } from '#test/support/rest-app.ts'

async function listening(rest: RestApp): Promise<string> {
  return rest.app.listen({ host: '127.0.0.1', port: 0 })
}

async function post(url: string, key: string, file: string): Promise<Response> {
  const body = new FormData()
  body.append('file', new Blob([file]), 'rows.csv')
  body.append('name', 'rows')
  return fetch(`${url}/api/datasets`, { method: 'POST', headers: { 'x-api-key': key }, body })
}

test('a file of many megabytes arrives, and one that breaks early is answered all the same', async (t) => {
  const rest = await restApp(t)
  const url = await listening(rest)
  const rows = '12345,abc\n'.repeat(600_000)
  const good = await post(url, rest.alice.key, `a,b\n${rows}`)
  assert.equal(good.status, 201)
  assert.equal(((await good.json()) as { rows: number }).rows, 600_000)
  const bare = (body: string) =>
    fetch(`${url}/api/datasets`, {
      ...{ method: 'POST', body },
      headers: { 'x-api-key': rest.alice.key, 'content-type': 'text/csv' },
    })
  assert.equal((await bare(`a,b\n${rows}`)).status, 201)
  assert.equal((await bare(`a,b\n1,2\0\n${rows}`)).status, 400)
  const broken = await post(url, rest.alice.key, `a,b\n1,2\0\n${rows}`)
  assert.equal(broken.status, 400)
  const { errors } = (await broken.json()) as { errors: { line: number }[] }
  assert.equal(errors[0]?.line, 2)
})

test('a caller who leaves in the middle leaves nothing behind', async (t) => {
  const rest = await restApp(t)
  const { port } = new URL(await listening(rest))
  const socket = connect(Number(port), '127.0.0.1')
  const head = ['POST /api/datasets HTTP/1.1', 'host: x', `x-api-key: ${rest.alice.key}`]
  const form = ['content-type: multipart/form-data; boundary=cut', 'content-length: 1000000']
  socket.write(`${[...head, ...form].join('\r\n')}\r\n\r\n`)
  const part = 'content-disposition: form-data; name="file"; filename="a.csv"'
  const begun = `--cut\r\n${part}\r\n\r\na,b\n${'1,2\n'.repeat(50_000)}`
  await new Promise<void>((resolve) => socket.write(begun, () => resolve()))
  socket.destroy()
  await once(socket, 'close')
  const again = await post(`http://127.0.0.1:${port}`, rest.alice.key, 'a,b\n1,2\n')
  assert.equal(again.status, 201)
  const { json } = await rest.call(rest.alice, 'GET', '/api/datasets')
  assert.equal(json['total'], 1)
})

test('more uploads at a time than are read wait for their turn', async (t) => {
  const rest = await restApp(t)
  const url = await listening(rest)
  const files = Array.from({ length: 12 }, (_, n) => post(url, rest.alice.key, `a,b\n${n},x\n`))
  const answers = await Promise.all(files)
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
})
