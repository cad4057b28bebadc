import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig, readSchedulerConfig } from '#coordinator/config.ts'
import { isSettingOf, programsOf, SETTING_NAMES, strangeSettings } from '#settings/names.ts'
import { readConfig as readWorkerConfig } from '#worker/config.ts'

type Env = Record<string, string | undefined>

/** Names of settings that `read` asks an environment for, whatever it thinks of their values. */
function asked(read: (env: Env) => unknown, ...environments: Env[]): string[] {
  const names = new Set<string>()
  for (const env of environments) {
    const get = (_: Env, name: string) => {
      if (name.startsWith('SYNDATA_')) names.add(name)
      return env[name]
    }
    try {
      read(new Proxy({}, { get, ownKeys: () => [] }))
    } catch (error) {
      assert.match((error as Error).message, /settings: /)
    }
  }
  return [...names].toSorted()
}

const PROVIDERS = ['createos:p', 'kubernetes', 'webhook:https://a.example', 'local:/sock']
const scaling = PROVIDERS.map((provider) => ({
  SYNDATA_SCALING_MIN: '1',
  SYNDATA_SCALING_GPU_MIN: '1',
  SYNDATA_SCALING_PROVIDER: provider,
  SYNDATA_SCALING_GPU_PROVIDER: provider,
}))

test('the lists of settings are what the programs read', () => {
  const sorted = (program: keyof typeof SETTING_NAMES) => SETTING_NAMES[program].toSorted()
  assert.deepEqual(asked(readConfig, {}), sorted('coordinator'))
  assert.deepEqual(asked(readSchedulerConfig, ...scaling), sorted('scheduler'))
  assert.deepEqual(asked(readWorkerConfig, {}), sorted('worker'))
  assert.deepEqual(programsOf('SYNDATA_SECRET_DSN'), ['coordinator', 'parts', 'scheduler'])
  assert.deepEqual(programsOf('SYNDATA_THREADS'), ['worker'])
  assert.equal(isSettingOf('coordinator', 'SYNDATA_SECRET_'), false)
})

test('a program tells of settings in its environment that nothing reads, and of no other variable', () => {
  const env = {
    SYNDATA_THRAEDS: '2',
    SYNDATA_THREADS: '2',
    SYNDATA_SECRET_ANY: 'x',
    SYNDATA_BENCH_ROWS: '5',
    SYNDATA_ZZZZZZZZZZZZZZZZZZ: '',
    WORKER_COUNT: '3',
    PATH: '/bin',
  }
  const told = [
    'nothing reads SYNDATA_THRAEDS: did you mean SYNDATA_THREADS?',
    'nothing reads SYNDATA_ZZZZZZZZZZZZZZZZZZ',
  ]
  assert.deepEqual(strangeSettings(env), told)
  assert.deepEqual(readWorkerConfig(env).strange, told)
  const needed = { DATABASE_URL: 'postgres://a/b', TEMPORAL_ADDRESS: 't:1' }
  assert.deepEqual(readSchedulerConfig({ ...env, ...needed }).strange, told)
  const served = { SYNDATA_STORE: 'folder:/tmp', SYNDATA_MASTER_KEY: '0'.repeat(64) }
  assert.deepEqual(readConfig({ ...env, ...needed, ...served }).strange, told)
})
