// What is in /app of an image: the steps of the Dockerfile on this machine, without a container engine. npm's installation
// is stood in for by links to the packages that are installed here, without those that its options leave out.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = new URL('../../', import.meta.url).pathname
const LISTED = 'node_modules/.package-lock.json'

type Stage = { base: string; steps: string[] }

function stagesOf(dockerfile: string): Map<string, Stage> {
  const text = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '')
  return new Map(
    text
      .split(/^FROM /m)
      .slice(1)
      .map((part) => {
        const [head = '', ...steps] = part.trim().split('\n')
        const [base = '', , name = ''] = head.split(' ')
        return [name, { base, steps }]
      }),
  )
}

/** Fills the folder with what `COPY --from` takes into the image of this name. */
export function makeImageFiles(target: string, folder: string): void {
  const stages = stagesOf(readFileSync(path.join(ROOT, 'deploy/images/Dockerfile'), 'utf8'))
  const { steps = [] } = stages.get(target) ?? {}
  const from = steps.map((step) => /^COPY --from=(\S+) \/app \.$/.exec(step)?.[1]).find(Boolean)
  if (!from) throw new Error(`the image ${target} takes no files of a stage`)
  mkdirSync(folder, { recursive: true })
  build(stages, from, folder)
}

function build(stages: Map<string, Stage>, name: string, folder: string): void {
  const stage = stages.get(name)
  if (!stage) return
  build(stages, stage.base, folder)
  for (const step of stage.steps) {
    const [, kind = '', rest = ''] = /^(\w+) (.*)$/.exec(step) ?? []
    const words = rest.split(' ').filter((word) => !word.startsWith('--mount'))
    if (kind === 'COPY') copySources(words.slice(0, -1), words.at(-1) ?? '.', folder)
    else if (words[0] === 'npm') install(words, folder)
    else if (kind === 'RUN') execFileSync('sh', ['-euc', words.join(' ')], { cwd: folder })
  }
}

/** As .dockerignore lets them through. */
function copySources(sources: readonly string[], to: string, folder: string): void {
  const place = path.join(folder, to)
  mkdirSync(place, { recursive: true })
  for (const source of sources) {
    const from = path.join(ROOT, source)
    const [inside, what] = to.startsWith('.') ? [ROOT, source] : [from, '.']
    const leaves = ['--exclude=*.test.ts', '--exclude=testing']
    const packed = execFileSync('tar', ['-c', ...leaves, '-C', inside, what], {
      maxBuffer: 2 ** 28,
    })
    execFileSync('tar', ['-x', '-C', place], { input: packed })
  }
}

type Locked = { dev?: boolean; optional?: boolean; devOptional?: boolean; peer?: boolean }

function isInstalled({ dev, optional, devOptional, peer }: Locked, omit: Set<string>): boolean {
  if (dev && omit.has('dev')) return false
  if (optional && omit.has('optional')) return false
  if (devOptional && omit.has('dev') && omit.has('optional')) return false
  return !(peer && omit.has('peer'))
}

function install(words: readonly string[], folder: string): void {
  const omit = new Set(words.flatMap((word) => /^--omit=(.+)$/.exec(word)?.[1] ?? []))
  const lock = JSON.parse(readFileSync(path.join(ROOT, LISTED), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const all = Object.entries(lock.packages)
  const packages = Object.fromEntries(all.filter(([, one]) => isInstalled(one, omit)))
  for (const place of Object.keys(packages)) {
    if (place.lastIndexOf('node_modules/') > 0) continue
    mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
    linkTree(path.join(ROOT, place), path.join(folder, place))
  }
  for (const [place] of all)
    if (!packages[place]) rmSync(path.join(folder, place), { recursive: true, force: true })
  writeFileSync(path.join(folder, LISTED), JSON.stringify({ ...lock, packages }))
}

/** Links where both are on one disk: the pruning removes names, and writes to none of the files. */
function linkTree(from: string, to: string): void {
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' })
  } catch {
    execFileSync('cp', ['-a', from, to])
  }
}
