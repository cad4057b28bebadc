// Keys of the dialect that this product refuses, each with why and what to do in its place.

const STORE =
  'Keep SYNDATA_STORE of the parts service in a bucket that is backed up; see docs/operations.md.'

/** By what the keys stand in. */
export const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  file: {
    network:
      'Ingress and TLS belong to the target: an overlay in k8s/, or a proxy before the port.',
    monitoring: 'Metrics are always at /metrics; their rules and dashboard come with the targets.',
    logging:
      'Programs log to their output; read them by nodeops logs, or collect them as all others.',
    security: 'Network policies and secrets come with the kubernetes target; values by valueFrom.',
    backup: `One of the whole installation, not of a file. ${STORE}`,
  },
  service: {
    backup: `One of the whole installation, not of a service. ${STORE}`,
    command: 'Images know what they run; other settings go into env.',
    args: 'Images know what they run; settings go into env.',
    distributed: 'Write distributedCompute.',
  },
  'depin section': {
    resources: 'Work is given to whoever has room; how many workers there are is nodes.preferred.',
    consensus: 'Every chunk is checked against its plan and its digest when it arrives.',
  },
  task: {
    type: 'Each job says what it is.',
    priority: 'Each job has its own: priority in POST /api/jobs.',
    resources: 'Write them as resources of the worker service.',
    dataDistribution:
      'Parts are stored once, under their digest; copies are the business of the store.',
  },
  scheduling: {
    strategy: 'Work always goes to all workers that have room.',
    maxNodesPerTask:
      'A job takes all workers that are idle; limit it by regions in POST /api/jobs.',
  },
}
