import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { identityOf } from '#scripts/stack/process-identity.ts'
import { TargetError } from '../target.ts'
import { fixture } from '../test/cli.ts'
import { EXIT } from './context.ts'
import { COMMAND_NAMES } from './help.ts'

test('help teaches, a wrong word is met with the nearest right one', async (t) => {
  const { nodeops } = await fixture(t)
  for (const line of ['', 'help', '--help']) {
    const { code, out } = await nodeops(line)
    assert.equal(code, EXIT.ok)
    for (const name of COMMAND_NAMES) assert.match(out, new RegExp(`^  ${name} `, 'm'))
  }
  for (const name of COMMAND_NAMES) {
    const { out } = await nodeops(`help ${name}`)
    assert.equal((await nodeops(`${name} --help`)).out, out)
    assert.match(out, /Exit codes/)
  }
  for (const [line, said] of [
    ['deplyo', /no command deplyo\nWhat to do: Did you mean deploy\?/],
    ['deploy --tarket x', /Unknown option '--tarket'/],
    ['deploy --timeout soon', /soon is no time for --timeout\nWhat to do: Write a time/],
    ['logs --lines many', /--lines many/],
    ['plan -f nowhere.yaml', /nowhere.yaml is not there/],
    ['scale', /scale needs to know what/],
    ['scale us-west', /us-west is not a name and a number/],
    ['plan --force', /plan has no --force\nWhat to do: It is an option of init\./],
    ['deploy --check', /deploy has no --check\nWhat to do: It is an option of plan\./],
    ['deploy --dry-rnu', /Unknown option '--dry-rnu'\nWhat to do: See nodeops help\./],
    ['plan --targte=x', /Did you mean --target\?/],
    ['validate other', /other is one word too many/],
    ['plan other', /other is one word too many/],
    ['init other', /other is one word too many/],
    ['plan --target memroy', /no target memroy\nWhat to do: Did you mean memory\?/],
    ['help rolback', /Did you mean rollback\?/],
  ] as const) {
    const { code, err } = await nodeops(line)
    assert.equal(code, EXIT.invalid, line)
    assert.match(err, said)
  }
  assert.match((await nodeops('--version')).out, /^nodeops \d+\.\d+\.\d+$/)
})

test('a file that is wrong is told with every place, and nothing is touched', async (t) => {
  const { nodeops, edit, target } = await fixture(t)
  edit('memory: 4Gi', 'memory: 4Xi')
  edit('region: us-east', 'region: us-esat')
  for (const command of ['validate', 'plan', 'deploy', 'status', 'delete']) {
    const { code, err } = await nodeops(command)
    assert.equal(code, EXIT.invalid, command)
    assert.match(err, /nodeops\.yaml:54:9 {2}memory must be an amount of bytes, not "4Xi"/)
    assert.match(err, /nodeops\.yaml has 2 problems/)
  }
  const { out } = await nodeops('validate --json')
  const { error } = JSON.parse(out) as { error: { problems: { line: number; path: string }[] } }
  assert.deepEqual(
    error.problems.map(({ line }) => line),
    [54, 76],
  )
  assert.deepEqual(target.applied, [])
})

test('plan, deploy, and an unchanged file does nothing', async (t) => {
  const { nodeops, target, stateFile, edit } = await fixture(t)
  const plan = await nodeops('plan --check')
  assert.equal(plan.code, EXIT.refused)
  assert.match(plan.out, /warning: worker: memory has no GPU/)
  assert.match(plan.out, /\+ create postgres[\s\S]*workers in us-west: from 0 to 3/)
  assert.ok(!existsSync(stateFile))

  const deploy = await nodeops('deploy')
  assert.equal(deploy.code, EXIT.ok, deploy.err)
  assert.match(deploy.out, /\[1\/12\] prepare the target/)
  assert.match(deploy.out, /worker +10 of 10 ready/)
  assert.match(deploy.out, /syndata is deployed on memory, revision [0-9a-f]{12}/)
  assert.equal(statSync(stateFile).mode & 0o777, 0o600)

  const applied = target.applied.length
  const again = await nodeops('deploy')
  assert.match(again.out, /Nothing to do/)
  assert.deepEqual([again.code, target.applied.length], [EXIT.ok, applied])
  assert.equal((await nodeops('plan --check')).code, EXIT.ok)

  edit('memory: 4Gi', 'memory: 8Gi')
  const { out } = await nodeops('plan --json')
  const { steps } = JSON.parse(out) as { steps: object[] }
  assert.deepEqual(steps[0], {
    kind: 'update',
    service: 'worker',
    changes: [{ path: 'resources.memory', from: '4Gi', to: '8Gi' }],
  })
})

test('warnings are refused by --strict', async (t) => {
  const { nodeops, target } = await fixture(t)
  const { code, err } = await nodeops('deploy --strict')
  assert.equal(code, EXIT.refused)
  assert.match(err, /memory cannot run this:\n {2}warning: worker: memory has no GPU\nWhat/)
  assert.deepEqual(target.applied, [])
})

test('an interruption is told, remembered, and deploy goes on', async (t) => {
  const { nodeops, target } = await fixture(t)
  const abort = new AbortController()
  target.onApply = (step) => {
    if (step.kind === 'create' && step.service === 'worker') abort.abort()
  }
  const { code, err } = await nodeops('deploy', { signal: abort.signal })
  assert.equal(code, EXIT.interrupted)
  assert.match(err, /deploy goes on/)
  const status = await nodeops('status')
  assert.match(status.out, /! [0-9a-f]{12} {2}begun .* and not finished/)
  target.onApply = () => undefined
  const before = target.applied.length
  assert.equal((await nodeops('deploy')).code, EXIT.ok)
  assert.equal(target.applied.filter(({ kind }) => kind === 'install').length, 1)
  assert.ok(target.applied.length > before)
  assert.doesNotMatch((await nodeops('status')).out, /not finished/)
})

test('a step that fails ends with 1, what is never well with 3; both say what to do', async (t) => {
  const { nodeops, target } = await fixture(t)
  target.onApply = (step) => {
    if (step.kind === 'create' && step.service === 'parts') {
      throw new TargetError('failed', 'the disk is full', 'Make room.')
    }
  }
  const failed = await nodeops('deploy --json')
  assert.equal(failed.code, EXIT.failed)
  assert.match(failed.err, /nodeops: the disk is full\nWhat to do: Make room\./)
  assert.deepEqual(JSON.parse(failed.out), {
    error: { message: 'the disk is full', what_to_do: 'Make room.' },
  })
  target.onApply = () => undefined
  target.ill.add('coordinator')
  const late = await nodeops('deploy --timeout 50ms')
  assert.equal(late.code, EXIT.timedOut)
  assert.match(late.err, /not ready after 0.05 s: coordinator\nWhat to do: See nodeops logs coord/)
})

test('rollback returns to the revision before, by name to any', async (t) => {
  const { nodeops, edit, target } = await fixture(t)
  assert.match((await nodeops('rollback')).err, /there is no earlier revision/)
  await nodeops('deploy')
  const first = target.state.revision
  edit('maxChunkSize: 10000', 'maxChunkSize: 50000')
  await nodeops('deploy')
  const second = target.state.revision
  assert.notEqual(second, first)
  assert.equal((await nodeops('rollback')).code, EXIT.ok)
  assert.equal(target.state.revision, first)
  assert.equal((await nodeops(`rollback --to ${second}`)).code, EXIT.ok)
  assert.equal(target.state.revision, second)
  const { code, err } = await nodeops('rollback --to 000000000000')
  assert.equal(code, EXIT.refused)
  assert.match(err, new RegExp(`Applied were ${first}, ${second}`))
  const { out } = await nodeops('status --json')
  const { revisions } = JSON.parse(out) as { revisions: object[] }
  assert.equal(revisions.length, 4)
})

test('scale changes what runs, in regions and services, and refuses what there is not', async (t) => {
  const { nodeops, target } = await fixture(t)
  assert.equal((await nodeops('scale us-west=1')).code, EXIT.refused)
  assert.match((await nodeops('deploy')).out, /curl memory$/)
  const { code, out } = await nodeops('scale us-west=5 eu-central=0 coordinator=2')
  assert.equal(code, EXIT.ok)
  assert.doesNotMatch(out, /curl memory/, 'who scales knows what to do with it')
  assert.match(out, /workers in us-west: from 3 to 5/)
  assert.deepEqual(target.state.regions.find(({ region }) => region === 'us-west')?.count, 5)
  assert.equal(target.state.services.find(({ role }) => role === 'coordinator')?.replicas, 2)
  const beyond = await nodeops('scale us-west=0 us-east=0 asia-pacific=1')
  assert.match(beyond.out, /warning: 1 workers, and the fleet sizes itself from 3 to 15/)
  await nodeops('scale us-west=5 us-east=3 asia-pacific=2')
  for (const [line, said] of [
    ['scale us-wets=1', /Did you mean us-west/],
    ['scale worker=3', /workers are scaled by region/],
    ['scale parts=2', /at most 1 of parts/],
    ['scale us-west=-1', /not a name and a number/],
  ] as const) {
    const { code: wrong, err } = await nodeops(line)
    assert.equal(wrong, EXIT.invalid, line)
    assert.match(err, said)
  }
  // Workers are within the limits; a service returns to what the file says.
  assert.match((await nodeops('plan')).out, /scale coordinator from 2 to 1/)
})

test('update is for what is deployed, and tells services with references anew', async (t) => {
  const { nodeops, edit, target } = await fixture(t)
  assert.match(
    (await nodeops('update')).err,
    /is not deployed on memory\nWhat to do: Use nodeops deploy/,
  )
  edit('replicas: 1', 'replicas: 1\n      env: [{name: PINATA_JWT, valueFrom: {env: MY_JWT}}]')
  await nodeops('deploy')
  const before = target.applied.length
  assert.equal((await nodeops('update')).code, EXIT.ok)
  assert.deepEqual(
    target.applied.slice(before).map(({ kind }) => kind),
    ['update', 'settle'],
  )
})

test('logs show lines of all or of one; -f follows, or names the file', async (t) => {
  const { nodeops } = await fixture(t)
  const before = await nodeops('logs')
  assert.deepEqual([before.code, /syndata is not deployed on memory/.test(before.err)], [4, true])
  await nodeops('deploy')
  assert.equal((await nodeops('logs worker -n 2')).out, 'line 1 of worker\nline 2 of worker')
  assert.match((await nodeops('logs -n 1 -f nodeops.yaml')).out, /^postgres \| line 1 of postgres/)
  const abort = new AbortController()
  const following = nodeops('logs worker -n 1 -f', { signal: abort.signal })
  abort.abort()
  assert.equal((await following).code, EXIT.ok)
  assert.equal((await nodeops('logs nobody')).code, EXIT.refused)
})

test('delete leaves nothing; a person is asked first', async (t) => {
  const { nodeops, cwd, target } = await fixture(t)
  await nodeops('deploy')
  assert.equal((await nodeops('delete', { confirm: false })).code, EXIT.refused)
  assert.ok(target.state.exists)
  const { code, out } = await nodeops('delete', { confirm: true })
  assert.deepEqual([code, out], [EXIT.ok, 'syndata is deleted from memory.'])
  assert.ok(!target.state.exists)
  assert.ok(!existsSync(path.join(cwd, '.nodeops')))
  assert.equal((await nodeops('delete')).out, 'There was nothing.')
})

test('data that a delete kept is told of, and deleted by the next', async (t) => {
  const { nodeops } = await fixture(t)
  await nodeops('deploy')
  assert.match((await nodeops('delete --keep-data')).out, /deleted from memory; its data is kept/)
  assert.match((await nodeops('status')).out, /Its data is kept: deploy goes on with it/)
  const gone = await nodeops('delete --json')
  assert.match(gone.err, /Nothing of it ran; its data is deleted now/)
  assert.deepEqual(JSON.parse(gone.out), { deleted: false, dataKept: false })
  assert.equal((await nodeops('delete')).out, 'There was nothing.')
})

test('two at once: the second is refused; one that died is no obstacle; a state of another kind is', async (t) => {
  const { nodeops, cwd, stateFile } = await fixture(t)
  const folder = path.join(cwd, '.nodeops')
  const lock = path.join(folder, 'syndata.memory.lock')
  mkdirSync(folder)
  writeFileSync(lock, JSON.stringify(identityOf(process.pid)))
  const { code, err } = await nodeops('deploy')
  assert.equal(code, EXIT.refused)
  assert.match(err, new RegExp(`another nodeops \\(process ${process.pid}\\)`))
  writeFileSync(lock, JSON.stringify({ pid: process.pid, startedAt: 'another time' }))
  assert.equal((await nodeops('deploy')).code, EXIT.ok)
  writeFileSync(stateFile, '{"version": 9')
  const broken = await nodeops('deploy')
  assert.equal(broken.code, EXIT.refused)
  assert.match(broken.err, /Move .* away/)
})

test('init replaces nothing unless it is told to', async (t) => {
  const { cwd, nodeops, edit } = await fixture(t)
  edit('name: syndata', 'name: mine')
  assert.equal((await nodeops('init')).code, EXIT.refused)
  assert.equal((await nodeops('init --force')).code, EXIT.ok)
  assert.match((await nodeops('init -f mine.yaml')).out, /then: nodeops validate -f mine.yaml/)
  assert.match((await nodeops('validate -f mine.yaml')).out, /mine.yaml is right/)
  assert.match((await nodeops('validate')).out, /nodeops.yaml is right/)
  assert.ok(JSON.parse((await nodeops('schema')).out))
  const [first = '', ...lines] = readFileSync(path.join(cwd, 'mine.yaml'), 'utf8').split('\n')
  const [, schema = ''] = /\$schema=(.+)$/.exec(first) ?? []
  assert.ok(JSON.parse(readFileSync(path.resolve(cwd, schema), 'utf8')), 'editors find it')
  assert.doesNotMatch(lines.join('\n'), /deploy\/nodeops/)
  assert.match((await nodeops('init -f no/where.yaml')).err, /no\/where.yaml cannot be written/)
})

test('the forms of others are taken, and a name that is not of the file is never acted on', async (t) => {
  const { nodeops, target } = await fixture(t)
  await nodeops('deploy')
  assert.equal((await nodeops('status syndata')).code, EXIT.ok)
  const logs = await nodeops('logs syndata --service=worker --tail=1')
  assert.equal(logs.out, 'line 1 of worker')
  assert.equal((await nodeops('scale syndata --service=coordinator --replicas=2')).code, EXIT.ok)
  assert.equal(target.state.services.find(({ role }) => role === 'coordinator')?.replicas, 2)
  assert.equal((await nodeops('rollback syndata --revision=1')).code, EXIT.ok)
  for (const command of ['delete other', 'status other', 'deploy other', 'rollback syndata 2']) {
    const { code, err } = await nodeops(command)
    assert.equal(code, EXIT.invalid, command)
    assert.match(err, /is one word too many\nWhat to do: The file is of syndata/)
  }
  assert.ok(target.state.exists)
})
