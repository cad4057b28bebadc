#!/usr/bin/env node
// `npx nodeops`, from a fresh clone too: sets the project up if need be, then runs main.ts on its own Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const node = path.join(root, 'node_modules', '.bin', 'node')

if (!existsSync(node)) {
  console.error('First run: setting up (npm run setup)')
  const setup = path.join(root, 'scripts', 'setup.mjs')
  // Standard output is the answer of nodeops; what set-up says goes to the other one.
  const { status } = spawnSync(process.execPath, [setup], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}
const args = ['--disable-warning=ExperimentalWarning', path.join(root, 'deploy/nodeops/main.ts')]
// Over the channel the program sees that this one is gone, when it was killed without a word too.
const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
// As what it was called: its texts name commands as they are typed.
const argv0 = process.argv[1]
const program = spawn(node, [...args, ...process.argv.slice(2)], { stdio, argv0 })
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => program.kill(name))
program.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
