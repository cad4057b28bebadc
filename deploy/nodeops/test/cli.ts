// Runs of nodeops in tests, in this process.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { EXIT, type ExitCode } from '../cli/context.ts'
import { run } from '../cli/run.ts'
import { TargetError } from '../target.ts'
import { createMemoryTarget, type MemoryTarget } from '../targets/memory.ts'
import { openTarget, TARGET_NAMES } from '../targets/targets.ts'

/** Workers of a coordinator elsewhere, one in a region unless `count` says others. */
export const workersFile = ({ count = 1, more = '' } = {}): string => `apiVersion: v1
kind: DeploymentConfig
metadata: {name: workers}
spec:
  services:
    - name: worker
      image: me/syndata-worker:1
${more}      env:
        - {name: SYNDATA_COORDINATOR, value: 'fleet.example:7443'}
        - {name: SYNDATA_TOKEN, valueFrom: {env: WORKER_TOKEN}}
depin:
  nodes:
    preferred: [{region: us-west, count: ${count}}]
`

/** nodeops in a folder of its own with this file, on the targets that there are. */
export function folderWith(t: TestContext, file: string, env: NodeJS.ProcessEnv) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'nodeops-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const put = (text: string): void => writeFileSync(path.join(cwd, 'nodeops.yaml'), text)
  put(file)
  const nodeops = async (line: string): Promise<Ran> => {
    const [out, err]: [string[], string[]] = [[], []]
    const code = await run(line.split(' '), {
      ...{ cwd, env, confirm: null, openTarget, targets: TARGET_NAMES },
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      signal: AbortSignal.timeout(20_000),
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
  return { cwd, put, nodeops }
}

export type Ran = { code: ExitCode; out: string; err: string }

type Changes = { signal?: AbortSignal; confirm?: boolean; program?: string }

export type Fixture = {
  cwd: string
  target: MemoryTarget
  nodeops: (line: string, changes?: Changes) => Promise<Ran>
  /** Replaces text in nodeops.yaml. */
  edit: (from: string, to: string) => void
  stateFile: string
}

/** nodeops in a folder of its own with the shipped file, on a target that runs nothing. */
export async function fixture(t: TestContext): Promise<Fixture> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'nodeops-cli-'))
  t.after(() => rmSync(cwd, { recursive: true, force: true }))
  const target = createMemoryTarget()
  const nodeops: Fixture['nodeops'] = async (line, { signal, confirm, ...changes } = {}) => {
    const said = { out: [] as string[], err: [] as string[] }
    const code = await run(line.split(' ').filter(Boolean), {
      ...changes,
      cwd,
      env: { NODEOPS_TARGET: 'memory', MY_JWT: 'secret of a test' },
      out: (text) => said.out.push(text),
      err: (text) => said.err.push(text),
      confirm: confirm === undefined ? null : async () => confirm,
      signal: signal ?? AbortSignal.timeout(60_000),
      targets: ['memory'],
      openTarget: ({ name }) => {
        if (name === 'memory') return target
        throw new TargetError('refused', `there is no target ${name}`, 'Did you mean memory?')
      },
    })
    return { code, out: said.out.join('\n'), err: said.err.join('\n') }
  }
  assert.equal((await nodeops('init')).code, EXIT.ok)
  const file = path.join(cwd, 'nodeops.yaml')
  const edit = (from: string, to: string): void => {
    const text = readFileSync(file, 'utf8')
    assert.ok(text.includes(from), from)
    writeFileSync(file, text.replace(from, to))
  }
  return { cwd, target, nodeops, edit, stateFile: path.join(cwd, '.nodeops/syndata.memory.json') }
}
