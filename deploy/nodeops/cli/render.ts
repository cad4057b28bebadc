// render: what a deploy would apply, as one file, with nothing touched: for review, and for what applies files by itself.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { revisionOf } from '../revision.ts'
import { TargetError } from '../target.ts'
import { type Command, EXIT } from './context.ts'
import { heed, openSession, wordsOf } from './session.ts'

const WITHOUT = 'Targets akash, compose, kubernetes and template have one.'

export const renderCommand: Command = async (context, options, words) => {
  const { cwd, out, err, print = out, signal } = context
  const { output, json, strict } = options
  const session = openSession(context, { ...options, output: undefined })
  const { target, deployment, warnings } = session
  wordsOf(words, deployment, 0)
  if (!target.render) {
    throw new TargetError('refused', `${target.name} has no file of what it applies`, WITHOUT)
  }
  const { text, findings, notes } = await target.render(deployment, { signal })
  const heeded = heed({ target, warnings }, findings, { say: err, strict })
  if (output !== undefined && output !== '-') writeFileSync(path.resolve(cwd, output), text)
  if (json) {
    const revision = revisionOf(deployment)
    out(JSON.stringify({ revision, findings: heeded, notes, text }, null, 2))
    return EXIT.ok
  }
  if (output === undefined || output === '-') print(text.trimEnd())
  for (const note of notes) err(note)
  return EXIT.ok
}
