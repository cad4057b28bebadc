import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fixture } from '../test/cli.ts'
import { asTyped, optionsGiven, programOf } from './called.ts'
import { EXIT } from './context.ts'

test('commands in texts are as they are typed, everything else stays', () => {
  const called = { program: 'npx nodeops', options: optionsGiven({ file: 'my file.yaml' }) }
  const typed = (text: string) => asTyped(text, called)
  assert.equal(typed('See nodeops logs a.'), "See npx nodeops logs -f 'my file.yaml' a.")
  assert.equal(typed('or npx nodeops help plan'), 'or npx nodeops help plan')
  assert.equal(typed('nodeops init writes one'), 'npx nodeops init writes one')
  for (const text of ['a newer nodeops may know', 'deploy/nodeops/nodeops.yaml', 'nodeops: failed'])
    assert.equal(typed(text), text)
  const values = { file: "it's.yaml", target: 'compose', 'data-dir': '/d', lines: '5' }
  assert.equal(optionsGiven(values), " -f 'it'\\''s.yaml' --target compose --data-dir /d")
})

test('the program is what the shell was given', () => {
  const at = (script: string, env: NodeJS.ProcessEnv = {}) =>
    programOf(script, { env, cwd: () => '/clone' })
  assert.equal(at('/clone/bin.mjs', { npm_lifecycle_event: 'npx' }), 'npx nodeops')
  assert.equal(at('/usr/bin/nodeops', { PATH: '/bin:/usr/bin' }), 'nodeops')
  assert.equal(at('/usr/bin/nodeops', { PATH: '/bin' }), '/usr/bin/nodeops')
  assert.equal(at('/clone/deploy/nodeops/bin.mjs'), 'deploy/nodeops/bin.mjs')
  assert.equal(at('/clone/bin.mjs'), './bin.mjs')
  assert.equal(at('/other place/bin.mjs'), "'/other place/bin.mjs'")
})

test('hints, help and problems of a run say the same program and the same deployment', async (t) => {
  const { nodeops } = await fixture(t)
  const program = { program: 'npx nodeops' }
  const init = await nodeops('init -f other.yaml', program)
  assert.match(init.out, /then: npx nodeops validate -f other\.yaml, npx nodeops deploy -f other/)
  const status = await nodeops('logs -f other.yaml --target memory', program)
  assert.equal(status.code, EXIT.refused)
  assert.match(status.err, /Use npx nodeops deploy -f other\.yaml --target memory\./)
  assert.match(
    (await nodeops('help', program)).out,
    /^ {2}npx nodeops init && npx nodeops deploy /m,
  )
  assert.match((await nodeops('help logs', program)).out, /^ {2}npx nodeops logs worker -f$/m)
  assert.match((await nodeops('plan --help', program)).out, /^ {2}npx nodeops plan$/m)
  assert.match((await nodeops('plam', program)).err, /npx nodeops help lists/)
  const empty = await nodeops('deploy --data-dir=')
  assert.deepEqual([empty.code, /--data-dir is empty/.test(empty.err)], [EXIT.invalid, true])
  const { out } = await nodeops('plan -f none.yaml --json', program)
  const { error } = JSON.parse(out) as { error: { what_to_do: string } }
  assert.match(error.what_to_do, /write one: npx nodeops init\.$/)
})

const BIN = fileURLToPath(new URL('../bin.mjs', import.meta.url))

test('the installed program knows how it was called', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-called-'))
  t.after(() => rmSync(folder, { recursive: true }))
  symlinkSync(BIN, path.join(folder, 'nodeops'))
  const env = { PATH: `${folder}:${process.env['PATH']}` }
  const said = execFileSync('nodeops', ['help', 'status'], { cwd: folder, env, encoding: 'utf8' })
  assert.match(said, /^nodeops status: .*\n\n {2}nodeops status \[-f FILE\]/)
  const run = spawnSync(process.execPath, [BIN, 'plan'], { cwd: folder, encoding: 'utf8' })
  assert.equal(run.status, EXIT.invalid)
  assert.match(run.stderr, new RegExp(`or ${BIN} init\\.`))
})
