// The recipe of the images: what it names exists, and hadolint finds nothing where it is installed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { commitOf, missingIn } from './check-cuda.ts'
import { gatherCuda } from './gather-cuda.ts'
import { statusOf } from './probe.ts'
import { FOLDERS, prune, refuseOthers } from './prune.ts'

const root = new URL('../..', import.meta.url).pathname
const dockerfile = path.join(root, 'deploy/images/Dockerfile')
const text = readFileSync(dockerfile, 'utf8').replaceAll(/\\\n\s*/g, '')
const instructions = (name: string) =>
  [...text.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest)

const hadolint = spawnSync('hadolint', ['--version']).status === 0

test('hadolint finds nothing', { skip: hadolint ? false : 'hadolint is not installed' }, () => {
  const { status, stdout } = spawnSync('hadolint', [dockerfile], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})

test('every file that is copied or run is in the repository and gets through .dockerignore', () => {
  const copied = instructions('COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(' ').slice(0, -1))
  const started = [...instructions('CMD'), ...instructions('RUN')].flatMap(
    (rest) => rest.match(/[\w/-]+\.ts\b/g) ?? [],
  )
  const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n')
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const name of [...copied, ...started]) {
    assert.ok(existsSync(path.join(root, name)), name)
    assert.ok(
      allowed.some((entry) => name === entry || name.startsWith(`${entry}/`)),
      name,
    )
  }
})

test('an image has every folder that its program imports from', () => {
  const copied = instructions('COPY').map((rest) => rest.split(' ').at(-1))
  for (const folders of Object.values(FOLDERS)) {
    const sources = folders.flatMap((name) => globSync(`${name}/**/*.ts`, { cwd: root }))
    const imported = sources
      .filter((file) => !/\.test\.ts$|\/testing\//.test(file))
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .flatMap((source) => [...source.matchAll(/from '#(\w+)\//g)].map(([, name]) => name))
    for (const name of new Set(imported))
      assert.ok(
        folders.some((one) => one === name),
        name,
      )
    for (const name of folders) assert.ok(copied.includes(name), name)
  }
})

test('every image ends as a user who is not root, on a base of one exact version', () => {
  assert.deepEqual(instructions('USER'), ['1000:1000'])
  assert.match(instructions('ARG').join(), /node:\d+\.\d+\.\d+-bookworm-slim/)
  const lock = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  assert.match(instructions('ARG').join(), new RegExp(`node:${lock.dependencies.node}-`))
})

test('the CUDA provider is of the version of onnxruntime-node', () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const pinned = readFileSync(path.join(root, 'deploy/images/cuda-requirements.txt'), 'utf8')
  assert.ok(pinned.includes(`onnxruntime-gpu==${dependencies['onnxruntime-node']} `))
  const lines = pinned.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  assert.ok(lines.every((line) => /==[\d.]+ --hash=sha256:[0-9a-f]{64}$/.test(line)))
})

function folder(t: { after(run: () => void): void }): string {
  const made = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(made, { recursive: true }))
  return made
}

function put(base: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(base, name)), { recursive: true })
    writeFileSync(path.join(base, name), content)
  }
}

test('pruning leaves what the process needs, for one platform, without declarations', (t) => {
  const base = folder(t)
  const ort = 'node_modules/onnxruntime-node/bin/napi-v6'
  put(base, {
    'node_modules/.package-lock.json': JSON.stringify({
      packages: {
        'node_modules/onnxruntime-node': {},
        'node_modules/used': {
          dependencies: { below: '1' },
          optionalDependencies: { compiler: '1' },
        },
        'node_modules/unused': {},
        'node_modules/unused/node_modules/deep': {},
        'node_modules/below': {},
        'node_modules/compiler': { optional: true },
      },
    }),
    'node_modules/used/index.js': '',
    'node_modules/used/index.d.ts': '',
    'node_modules/used/index.js.map': '',
    'node_modules/below/index.js': '',
    'node_modules/compiler/index.js': '',
    'node_modules/unused/index.js': '',
    [`${ort}/linux/x64/core.so`]: '',
    [`${ort}/linux/arm64/core.so`]: '',
    [`${ort}/darwin/arm64/core.so`]: '',
    'engine/a.ts': `import 'used'`,
    'engine/a.test.ts': `import 'unused'`,
    'proto/b.ts': `import 'onnxruntime-node'`,
    'settings/d.ts': '',
    'worker/c.ts': '',
  })
  assert.deepEqual(prune(base, 'worker'), { kept: 3, removed: 3 })
  const left = globSync('node_modules/**/*.*', { cwd: base }).filter((name) => !name.includes('/.'))
  assert.deepEqual(left.sort(), [
    'node_modules/below/index.js',
    `${ort}/linux/x64/core.so`,
    'node_modules/used/index.js',
  ])
})

test('an image of another platform is refused while it is built', () => {
  refuseOthers({ platform: 'linux', arch: 'x64' })
  assert.throws(() => refuseOthers({ platform: 'linux', arch: 'arm64' }), /--platform linux\/amd64/)
})

test('images say what they are', () => {
  const { version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const labels = instructions('LABEL').join(' ')
  assert.ok(labels.includes(`org.opencontainers.image.version="${version}"`))
  assert.ok(labels.includes(`org.opencontainers.image.licenses="${license}"`))
})

test('a platform whose binary moved is an error of the build, not of the first start', (t) => {
  const base = folder(t)
  put(base, {
    'node_modules/.package-lock.json': '{"packages": {}}',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/core.so': '',
    'engine/a.ts': '',
    'proto/a.ts': '',
    'settings/a.ts': '',
    'worker/a.ts': '',
  })
  assert.throws(() => prune(base, 'worker'), /linux\/x64/)
})

test('CUDA libraries are gathered by name, and none found is an error', (t) => {
  const base = folder(t)
  put(path.join(base, 'wheels'), {
    'onnxruntime/capi/libonnxruntime_providers_cuda.so': '',
    'onnxruntime/capi/libonnxruntime.so.1.30.0': '',
    'nvidia/cu13/lib/libcublasLt.so.13': '',
    'nvidia/cu13/lib/libcudnn_ops.so.9': '',
    'nvidia/cu13/include/cuda.h': '',
  })
  const found = gatherCuda(path.join(base, 'wheels'), path.join(base, 'lib'))
  assert.deepEqual(found.provider, ['libonnxruntime_providers_cuda.so'])
  assert.deepEqual(found.cuda, ['libcublasLt.so.13', 'libcudnn_ops.so.9'])
  assert.ok(existsSync(path.join(base, 'lib/cuda/libcudnn_ops.so.9')))
  assert.throws(() => gatherCuda(path.join(base, 'lib/cuda'), base), /nothing for provider/)
})

test('the commit of a build and the libraries that are missing are read right', () => {
  assert.equal(commitOf(Buffer.from('\0ORT Build Info: git-commit-id=f2c39fe2f, x')), 'f2c39fe2f')
  assert.equal(commitOf(Buffer.from('none')), undefined)
  const printed =
    '\tlibm.so.6 => /lib/libm.so.6 (0x7f)\n\tlibcuda.so.1 => not found\n\tlibx.so => not found\n'
  assert.deepEqual(missingIn(printed), ['libcuda.so.1', 'libx.so'])
})

test('a probe reads the status, and asks nobody but this machine', async (t) => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/well' ? 200 : 503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.equal(await statusOf(`${url}/well`), 200)
  assert.equal(await statusOf(`${url}/ill`), 503)
  assert.throws(() => statusOf('http://example.com/'), /only loopback/)
})
