// What targets that write a file have in common: steps are remembered, the last one writes, and people submit it.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Deployment, workersOf } from '../deployment.ts'
import { type Finding, type Observed, type Step, type Target, TargetError } from '../target.ts'
import { READABLE, replaceFile } from '../write-file.ts'
import { specOf, tellRegion, tellService } from './steps.ts'
import { createToldFile, type Told } from './told-file.ts'

export type RenderingOptions = Pick<Target, 'name'> & {
  /** What else than the deployment says what is written: another one writes again. */
  settings?: string
  check: (deployment: Deployment) => Finding[]
  render: (deployment: Deployment) => string
  /** How people get it running, one line each. */
  submit: (deployment: Pick<Deployment, 'services'>, file: string) => string[]
}

export type RenderingPlace = {
  /** What is written. */
  file: string
  /** Where nodeops remembers what it wrote. */
  toldFile: string
}

/** Writes to standard output and remembers nothing. */
export type RenderingStream = { print: (text: string) => void }

/** A file that people have changed is theirs: it is neither overwritten nor deleted. */
export function createRenderingTarget(
  { name, settings = '', check, render, submit }: RenderingOptions,
  place: RenderingPlace | RenderingStream,
): Target {
  const file = 'file' in place ? place.file : null
  const told = createToldFile('file' in place ? place.toldFile : null)
  const write = (text: string): void => {
    if ('file' in place) writeRendered(place.file, text, told.read().written)
    else place.print(text)
  }
  return {
    name,
    rendersOnly: true,
    check: async (deployment, { signal }) => {
      signal.throwIfAborted()
      return check(deployment)
    },
    render: async (deployment, { signal }) => {
      signal.throwIfAborted()
      const findings = check(deployment)
      const notes = submit(deployment, 'FILE')
      // What it cannot run it may not be able to write either.
      const isWhole = findings.every(({ severity }) => severity !== 'error')
      return { text: isWhole ? render(deployment) : '', findings, notes }
    },
    observe: async ({ signal }) => {
      signal.throwIfAborted()
      const known = told.read()
      const isThere = file === null || readText(file) !== null
      const isSame = isThere && (known.settings ?? '') === settings
      const hints = known.revision === null ? [] : submit(known, file ?? '-')
      return observedOf(isSame ? known : { ...known, revision: null }, { file, hints })
    },
    apply: async (step, applying) => {
      applying.signal.throwIfAborted()
      const { deployment } = applying
      told.write(changeOf(step, told.read(), deployment))
      if (step.kind !== 'settle') return
      const text = render(deployment)
      write(text)
      const { regions } = deployment
      const written = digestOf(text)
      told.write({ revision: step.revision, settledRegions: regions, written, settings })
    },
    logs: () => refusedLogs(name),
    delete: async ({ signal, say }) => {
      signal.throwIfAborted()
      const { exists, written } = told.read()
      if (file !== null) removeRendered(file, written, say)
      if (exists) say(`What was submitted to ${name} runs on: delete it there.`)
      told.remove()
    },
  }
}

function changeOf(step: Step, { services, regions }: Told, deployment: Deployment): Partial<Told> {
  switch (step.kind) {
    case 'install':
      return { exists: true }
    case 'create':
    case 'update':
    case 'scale':
      return { services: tellService(services, specOf(deployment, step.service), step.kind) }
    case 'place':
      return { regions: tellRegion(regions, step.region, step.to) }
    case 'remove':
      return { services: services.filter(({ name }) => name !== step.service) }
    case 'settle':
      return {}
  }
}

function observedOf(
  told: Told,
  { file, hints }: { file: string | null; hints: string[] },
): Observed {
  const { exists, services, regions, settledRegions, revision } = told
  const endpoints = exists && file ? [{ name: 'file', url: pathToFileURL(file).href }] : []
  return {
    exists,
    regions,
    settledRegions,
    revision,
    endpoints,
    hints,
    services: services.map((spec) => {
      const replicas = spec.role === 'worker' ? workersOf({ regions }) : spec.replicas
      const { name, role } = spec
      return { name, role, replicas, ready: replicas, told: spec, state: 'written, not submitted' }
    }),
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function writeRendered(file: string, text: string, written: string | null): void {
  const before = readText(file)
  if (before !== null && before !== text && digestOf(before) !== written) {
    const message = `${file} is not as nodeops wrote it`
    throw new TargetError('refused', message, 'Move it away, or name another one with --output.')
  }
  replaceFile(file, text, READABLE)
}

function removeRendered(file: string, written: string | null, say: (line: string) => void): void {
  const text = readText(file)
  if (text === null) return
  if (digestOf(text) === written) rmSync(file)
  else say(`${file} is not as nodeops wrote it, and stays.`)
}

function refusedLogs(name: string): AsyncIterable<never> {
  const message = `${name} only writes a file: what runs of it has its logs there`
  const whatToDo = 'See nodeops status for how it was submitted.'
  const next = () => Promise.reject(new TargetError('refused', message, whatToDo))
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
