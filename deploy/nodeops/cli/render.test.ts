// What render writes is what deploy would apply; it touches nothing, and has no secret.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { readDeployment } from '../file/read-file.ts'
import type { ComposeFile } from '../targets/compose/render.ts'
import { folderWith, workersFile } from '../test/cli.ts'
import type { Obj } from '../test/kubectl-rules.ts'
import { applyAll, clusterFor } from '../test/kubernetes-setting.ts'
import { EXIT } from './context.ts'

const FILE = `apiVersion: v1
kind: DeploymentConfig
metadata: {name: small}
spec:
  services:
    - name: coordinator
      env:
        - {name: PRICE, value: 'a $HOME'}
        - {name: SYNDATA_SECRET_DSN, valueFrom: {env: DSN}}
    - name: parts
    - name: postgres
    - name: temporal
    - name: scheduler
    - name: worker
      autoscaling: {minReplicas: 1, maxReplicas: 4}
depin:
  nodes:
    preferred: [{region: us-west, count: 2}, {region: eu-central, count: 1}]
`
const ALONE = workersFile({ more: '      autoscaling: {minReplicas: 1, maxReplicas: 4}\n' })

/** Nothing is called: neither kubectl nor docker is there. */
const fixture = (t: TestContext, file = FILE) =>
  folderWith(t, file, { PATH: '/nowhere', DSN: 'correct-horse', WORKER_TOKEN: 'synw_secret' })

test('the documents of a cluster are those that deploy applies, but for secrets', async (t) => {
  const { cwd, nodeops } = fixture(t)
  const { code, out, err } = await nodeops('render --target kubernetes')
  assert.equal(code, EXIT.ok, err)
  assert.ok(!`${out}${err}`.includes('correct-horse'))
  assert.match(err, /create secret generic syndata-secrets --from-env-file/)
  assert.match(err, /nodeops-references-coordinator --from-literal=SYNDATA_SECRET_DSN=\.\.\.$/m)
  const rendered = parseAllDocuments(out).map((each) => each.toJS() as Obj)
  const { cluster, open } = clusterFor(t, { DSN: 'correct-horse' })
  const { deployment } = readDeployment(FILE)
  assert.ok(deployment)
  await applyAll(open(deployment), deployment)
  const keyed = (objects: readonly Obj[]) =>
    Object.fromEntries(
      objects
        .filter(({ kind }) => kind !== 'Secret')
        .map((object) => [`${object.kind}/${object.metadata.name}`, withoutNumbers(object)]),
    )
  assert.deepEqual(keyed(rendered), keyed(cluster.objects()))
  assert.deepEqual(readdirSync(cwd), ['nodeops.yaml'])
  for (const { metadata, spec } of rendered)
    if (metadata.name.startsWith('worker-')) assert.ok(!Object.hasOwn(spec ?? {}, 'replicas'))
})

/** Without what a scheduler sets, and the version of a secret that is drawn. */
function withoutNumbers(object: Obj): unknown {
  const text = JSON.stringify(object, (key, value: unknown) =>
    key === 'nodeops/references' || (key === 'annotations' && isEmptyOf(value)) ? undefined : value,
  )
  const copy = JSON.parse(text) as Obj
  if (object.metadata.name.startsWith('worker-')) delete copy.spec?.['replicas']
  return copy
}

const isEmptyOf = (value: unknown): boolean =>
  Object.keys(value as object).every((key) => key === 'nodeops/references')

test('compose has its file, with what stands behind references beside it', async (t) => {
  const { cwd, nodeops } = fixture(t)
  const { code, err } = await nodeops('render --target compose -o mine.yaml')
  assert.equal(code, EXIT.ok, err)
  assert.match(err, /coordinator\.env with SYNDATA_SECRET_DSN=/)
  const text = readFileSync(path.join(cwd, 'mine.yaml'), 'utf8')
  assert.ok(!text.includes('correct-horse'))
  const { services } = parse(text) as ComposeFile
  assert.equal(services['worker-us-west']?.deploy?.replicas, 2)
  assert.equal(services['coordinator']?.environment?.['PRICE'], 'a $$HOME')
  assert.deepEqual(services['coordinator']?.env_file, ['coordinator.env'])
  assert.deepEqual(readdirSync(cwd).toSorted(), ['mine.yaml', 'nodeops.yaml'])
})

test('akash and template have what they would write; the others have no file', async (t) => {
  const { cwd, nodeops } = fixture(t, ALONE)
  const deployed = fixture(t, ALONE)
  for (const target of ['akash', 'template']) {
    const rendered = await nodeops(`render --target ${target}`)
    assert.equal(rendered.code, EXIT.ok, rendered.err)
    assert.equal(rendered.out, (await deployed.nodeops(`deploy --target ${target} -o -`)).out)
    const { code, out } = await nodeops(`render --target ${target} --json`)
    assert.equal(code, EXIT.ok)
    const { text, revision } = JSON.parse(out) as { text: string; revision: string }
    assert.equal(text.trimEnd(), rendered.out)
    assert.match(revision, /^[0-9a-f]{12}$/)
  }
  assert.deepEqual(readdirSync(cwd), ['nodeops.yaml'])
  for (const target of ['local', 'createos']) {
    const { code, err } = await nodeops(`render --target ${target}`)
    assert.equal(code, EXIT.refused)
    assert.match(err, /has no file of what it applies/)
  }
})

test('what the target cannot run is not rendered', async (t) => {
  const { nodeops } = fixture(t)
  const { code, out, err } = await nodeops('render --target akash')
  assert.equal(code, EXIT.refused)
  assert.equal(out, '')
  assert.match(err, /akash cannot run this/)
})
