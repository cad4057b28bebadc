// What a cluster gets so that workers outside of it can dial in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceSpec } from '../../deployment.ts'
import { containerIn, render, scope, whole } from '../../test/kubernetes-documents.ts'
import { findingsOf } from './check.ts'

test('workers outside get load balancers of both doors, and ways through the policies', () => {
  const env = {
    SYNDATA_FLEET_ADDRESSES: { value: 'fleet.example.org:443,coordinator:7443' },
    SYNDATA_PARTS_URL: { value: 'https://parts.example.org' },
  }
  const manifests = render(whole({ coordinator: { env } }))
  const found = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name)
  const doors = [
    ['public-fleet', 'fleet-443', 'fleet', 'fleet.example.org', 'coordinator'],
    ['public-parts', 'parts-443', 'parts', 'parts.example.org', 'parts'],
  ] as const
  for (const [service, name, targetPort, host, component] of doors) {
    const { metadata, spec } = found('Service', service) ?? assert.fail(service)
    assert.deepEqual(spec?.['ports'], [{ name, port: 443, targetPort }])
    assert.equal(spec?.['type'], 'LoadBalancer')
    assert.equal(metadata.annotations?.['external-dns.alpha.kubernetes.io/hostname'], host)
    // What the balancer sends traffic to has that port.
    const container = containerIn(manifests, component)
    assert.ok(container.ports?.some((port) => port.name === targetPort))
  }
  for (const name of ['from-outside-fleet', 'from-outside-parts', 'to-public-parts']) {
    const { podSelector } = (found('NetworkPolicy', name)?.spec ?? assert.fail(name)) as {
      podSelector: { matchLabels: Record<string, string> }
    }
    assert.equal(podSelector.matchLabels['nodeops/deployment'], 'small')
  }
  const inside = JSON.stringify(
    render(
      whole({ coordinator: { env: { SYNDATA_FLEET_ADDRESSES: { value: 'coordinator:7443' } } } }),
    ),
  )
  assert.ok(!/public-|from-outside/.test(inside))
})

test('one door without the other, or one that cannot be seen, is refused', () => {
  const said = (env: ServiceSpec['env']) =>
    findingsOf(
      whole({ coordinator: { env } }),
      { gpusOfNode: 0, hasStorageClass: true, namespaceOf: null },
      { ...scope, registry: 'r' },
    )
      .map(({ severity, message }) => `${severity}: ${message}`)
      .join('\n')
  const fleet = { SYNDATA_FLEET_ADDRESSES: { value: 'fleet.example.org:7443' } }
  const parts = { SYNDATA_PARTS_URL: { value: 'https://parts.example.org:8130' } }
  assert.match(said(fleet), /^error: .*need SYNDATA_PARTS_URL too/m)
  assert.match(said(parts), /^error: .*need SYNDATA_FLEET_ADDRESSES too/m)
  assert.match(said({ SYNDATA_FLEET_ADDRESSES: { fromEnv: 'F' } }), /^error: .*has to be a value/m)
  const plain = { SYNDATA_PARTS_URL: { value: 'http://parts.example.org:8130' } }
  assert.match(said({ ...fleet, ...plain }), /^error: .*https/m)
  assert.match(said({ ...fleet, ...parts }), /^note: load balancers.*public-fleet/)
  assert.equal(said({ ...fleet, ...parts }).includes('error'), false)
})
