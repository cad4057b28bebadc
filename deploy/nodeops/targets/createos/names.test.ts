import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REGIONS } from '#settings/regions.ts'
import { newLines } from './log-window.ts'
import { ownedProject, ownedVm, projectDescription, projectName, vmName } from './names.ts'
import { vmSize, vmZone } from './sizes.ts'

const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/)
const place = fc.record({
  service: word,
  region: fc.constantFrom(...REGIONS),
  slot: fc.integer({ min: 1, max: 1_000 }),
})

test("a name says whose it is, and is nobody else's", () => {
  fc.assert(
    fc.property(word, word, place, (mine, other, where) => {
      const at = { ...where }
      const name = vmName(mine, at)
      assert.deepEqual(ownedVm(mine, name, REGIONS), at)
      if (other !== mine) assert.equal(ownedVm(other, name, REGIONS), null)
      const uniqueName = projectName(mine, at.service)
      assert.match(uniqueName, /^[a-z0-9-]{4,32}$/)
      const owned = { service: at.service, role: 'worker' as const }
      const project = { uniqueName, description: projectDescription(mine, owned) }
      assert.deepEqual(ownedProject(mine, project), owned)
      if (other !== mine) assert.equal(ownedProject(other, project), null)
    }),
  )
  assert.equal(ownedVm('a', undefined, REGIONS), null)
  assert.equal(ownedVm('a', 'a-worker-us-west-1-000000', REGIONS), null)
})

test('windows of a log that overlap give each line once', () => {
  const windows = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 5, max: 9 })), { maxLength: 20 })
  fc.assert(
    fc.property(windows, (looks) => {
      const line = (n: number) => `line ${n}`
      const window = (end: number, size: number) =>
        Array.from({ length: Math.min(end, size) }, (_, i) => line(end - Math.min(end, size) + i))
      let end = 5
      const all = window(5, 5)
      for (const [more, size] of looks) {
        end += more
        const now = window(end, size)
        all.push(...newLines(all, now))
      }
      assert.deepEqual(
        all,
        Array.from({ length: end }, (_, n) => line(n)),
      )
    }),
  )
})

test('a machine is the smallest that has room, in the nearest zone that is offered', () => {
  const size = (cpu: number, memory: number, disk: number) => ({
    cpuInMillicores: cpu,
    memoryInMiB: memory,
    diskInMiB: disk,
    creationEnabled: true,
  })
  const sizes = [size(4_000, 8_192, 20_480), size(2_000, 4_096, 81_920), size(2_000, 4_096, 20_480)]
  const spec = {
    name: 'worker',
    role: 'worker' as const,
    image: null,
    ports: {},
    replicas: 1,
    resources: { cpuMillis: 1_500, memoryBytes: 4 * 2 ** 30, gpus: 0 },
    volumes: [] as { name: string; mountPath: string; sizeBytes: number }[],
    healthCheck: null,
    settings: {},
    env: {},
  }
  assert.equal(vmSize(spec, sizes), sizes[2])
  const volumes = [{ name: 'data', mountPath: '/data', sizeBytes: 60 * 2 ** 30 }]
  assert.equal(vmSize({ ...spec, volumes }, sizes), sizes[1])
  const huge = { cpuMillis: 64_000, memoryBytes: 1, gpus: 0 }
  assert.throws(() => vmSize({ ...spec, resources: huge }, sizes), /no virtual machine.*4000m/)
  assert.equal(vmZone('us-east', ['fra1', 'nyc1']), 'nyc1')
  assert.throws(() => vmZone('asia-pacific', ['fra1']), /no zone in asia-pacific; it has fra1/)
})
