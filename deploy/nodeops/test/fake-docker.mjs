#!/usr/bin/env node
// Stands in for `docker compose` in tests: keeps containers in a JSON file, refuses what compose would refuse, gets ready
// after some looks, and fails once where a test asks for it. FAKE_DOCKER_DIR is where it keeps its state.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

const dir = process.env.FAKE_DOCKER_DIR
const stateFile = path.join(dir, 'state.json')
const LOOKS_UNTIL_HEALTHY = 2
const SERVICE_KEYS = new Set(
  `image platform build command entrypoint environment env_file depends_on ports networks volumes configs profiles healthcheck
  deploy restart init read_only cap_drop security_opt tmpfs stop_grace_period logging shm_size`.split(
    /\s+/,
  ),
)
const ONE_SHOTS = new Set(['tokens', 'temporal-schema'])

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const readState = () =>
  existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : { projects: {} }
const writeState = (state) => writeFileSync(stateFile, JSON.stringify(state))

function optionsOf(args, names, flags) {
  const found = {}
  while (args[0]?.startsWith('--')) {
    const name = args.shift()
    if (flags.includes(name)) found[name] = true
    else if (names.includes(name)) found[name] = args.shift()
    else fail(`unknown flag: ${name}`)
  }
  return found
}

function fileOf(common) {
  const env = Object.fromEntries(
    readFileSync(common['--env-file'], 'utf8')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const text = readFileSync(common['--file'], 'utf8').replaceAll(
    /\$\{(\w+)(:-|:\?)([^}]*)\}/g,
    (_, name, kind, rest) => {
      if (env[name]) return env[name]
      if (kind === ':?') fail(`required variable ${name} is missing a value: ${rest}`)
      return rest
    },
  )
  const file = parse(text)
  for (const [name, service] of Object.entries(file.services))
    checkService(file, name, service, common)
  return file
}

function checkService(file, name, service, common) {
  for (const key of Object.keys(service)) {
    if (!SERVICE_KEYS.has(key)) fail(`services.${name} additional properties '${key}' not allowed`)
  }
  if (!service.image && !service.build)
    fail(`service "${name}" has neither an image nor a build context`)
  // Ours are in no registry: compose builds them, for every service of the same name.
  const isBuilt = Object.values(file.services).some(
    ({ image, build }) => build && image === service.image,
  )
  if (/^syndata-/.test(service.image ?? '') && !isBuilt)
    fail(`pull access denied for ${service.image}, repository does not exist`)
  for (const other of Object.keys(service.depends_on ?? {})) {
    if (!file.services[other]) fail(`service "${name}" depends on undefined service "${other}"`)
  }
  const networks = Array.isArray(service.networks)
    ? service.networks
    : Object.keys(service.networks ?? {})
  for (const network of networks)
    if (!(network in file.networks)) fail(`undefined network ${network}`)
  for (const each of service.env_file ?? []) {
    const at = path.resolve(path.dirname(common['--file']), each)
    if (!existsSync(at)) fail(`env file ${at} not found`)
  }
}

/** Counted from 1: those that are there stay if nothing about them changed, and the last ones go first. */
function scaleTo(containers, name, service) {
  const count = service.deploy?.replicas ?? 1
  const told = JSON.stringify(service)
  const kept = containers.filter((one) => one.service !== name || one.index <= count)
  for (let index = 1; index <= count; index++) {
    const found = kept.find((one) => one.service === name && one.index === index)
    const fresh = {
      service: name,
      index,
      looks: 0,
      told,
      isOneShot: ONE_SHOTS.has(name),
      hasCheck: Boolean(service.healthcheck),
    }
    if (!found) kept.push(fresh)
    else if (withoutReplicas(found.told) !== withoutReplicas(told)) Object.assign(found, fresh)
  }
  return kept
}

const withoutReplicas = (told) => {
  const { deploy, ...rest } = JSON.parse(told)
  return JSON.stringify([rest, deploy?.resources])
}

function up(common, args) {
  const options = optionsOf(args, [], ['--detach', '--remove-orphans'])
  if (!options['--detach']) fail('the test would wait for ever')
  const file = fileOf(common)
  const failing = path.join(dir, 'fail-up')
  if (existsSync(failing)) {
    rmSync(failing)
    fail('Error response from daemon: pull access denied')
  }
  const state = readState()
  state.projects[common['--project-name']] ??= { containers: [] }
  const project = state.projects[common['--project-name']]
  const wanted = new Set()
  const want = (name) => {
    if (!file.services[name]) fail(`no such service: ${name}`)
    if (wanted.has(name)) return
    wanted.add(name)
    for (const other of Object.keys(file.services[name].depends_on ?? {})) want(other)
  }
  for (const name of args) want(name)
  for (const name of wanted)
    project.containers = scaleTo(project.containers, name, file.services[name])
  project.containers = project.containers.filter(({ service }) => file.services[service])
  writeState(state)
}

function ps(common, args) {
  const options = optionsOf(args, ['--format'], ['--all'])
  if (options['--format'] !== 'json') fail('unknown format')
  const state = readState()
  const containers = state.projects[common['--project-name']]?.containers ?? []
  for (const one of containers) {
    one.looks++
    const isHealthy = one.looks > LOOKS_UNTIL_HEALTHY
    const Health = one.isOneShot || !one.hasCheck ? '' : isHealthy ? 'healthy' : 'starting'
    console.log(
      JSON.stringify({
        Service: one.service,
        State: one.isOneShot ? 'exited' : 'running',
        Health,
        ExitCode: 0,
      }),
    )
  }
  writeState(state)
}

function rm(common, args) {
  optionsOf(args, [], ['--stop', '--force'])
  const file = fileOf(common)
  for (const name of args) if (!file.services[name]) fail(`no such service: ${name}`)
  const state = readState()
  const project = state.projects[common['--project-name']] ?? { containers: [] }
  project.containers = project.containers.filter(({ service }) => !args.includes(service))
  writeState(state)
}

function down(common, args) {
  optionsOf(args, [], ['--remove-orphans', '--volumes'])
  const state = readState()
  delete state.projects[common['--project-name']]
  writeState(state)
}

function logs(common, args) {
  const options = optionsOf(args, ['--tail'], ['--no-color', '--follow'])
  const file = fileOf(common)
  for (const name of args) if (!file.services[name]) fail(`no such service: ${name}`)
  for (const name of args) {
    for (let i = 1; i <= Number(options['--tail']); i++)
      console.log(`${name}-1  | line ${i} of ${name}`)
  }
  if (options['--follow']) setInterval(() => undefined, 1_000)
}

const args = process.argv.slice(2)
const engineIsDown = existsSync(path.join(dir, 'no-engine'))
if (args[0] === 'info') {
  if (engineIsDown) fail('Cannot connect to the Docker daemon')
  console.log('28.5.1')
  process.exit(0)
}
if (args.shift() !== 'compose') fail('unknown command')
const common = optionsOf(args, ['--project-name', '--env-file', '--file'], [])
const command = args.shift()
if (command === 'version') console.log('2.39.4')
else {
  const run = { up, ps, rm, down, logs }[command]
  if (!run) fail(`unknown docker command: "compose ${command}"`)
  run(common, args)
}
