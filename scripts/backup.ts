// npm run backup: saves an installation while it runs. Exit code 0 when the backup is whole, 1 when not.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { backUp } from './backup/back-up.ts'
import { PASSPHRASE } from './backup/sealed-file.ts'
import { exitOnStackError, StackError } from './stack/stack-error.ts'

const HELP = `npm run backup -- --to DIR [options]

Saves the database, Temporal's histories, the list of parts that must stay, and the secrets.
Everything goes on meanwhile.

  --to DIR             a new folder
  --data-dir DIR       of a stack that npm start runs; without it, DATABASE_URL, SYNDATA_STORE and
                       SYNDATA_MASTER_KEY say where everything is, as they do for coordinators
  --parts reference    the store itself is kept elsewhere: roots are listed and looked up (default)
          copy         blocks of a folder are copied into the backup
  --secrets sealed     keys, accounts and identities go along, sealed under
                       ${PASSPHRASE} (default)
            elsewhere  they do not: keep the master key yourself, nothing opens without it
  --help               this text`

const OPTIONS = {
  to: { type: 'string' },
  'data-dir': { type: 'string' },
  parts: { type: 'string', default: 'reference' },
  secrets: { type: 'string', default: 'sealed' },
  help: { type: 'boolean', default: false },
} as const

await exitOnStackError(async () => {
  const values = readArguments()
  if (values.help || !values.to) {
    console.log(HELP)
    process.exitCode = values.help ? 0 : 1
    return
  }
  const { 'data-dir': dataDir } = values
  const manifest = await backUp({
    dataDir: dataDir === undefined ? null : path.resolve(dataDir),
    to: path.resolve(values.to),
    parts: oneOf('parts', values.parts, ['reference', 'copy']),
    passphrase: passphraseFor(oneOf('secrets', values.secrets, ['sealed', 'elsewhere'])),
    say: (line) => console.log(line),
  })
  console.log(`${values.to} is a whole backup of ${manifest.made_at}`)
})

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (error) {
    throw new StackError((error as Error).message, 'See npm run backup -- --help.', {
      cause: error,
    })
  }
}

function oneOf<T extends string>(name: string, value: string, values: readonly T[]): T {
  const found = values.find((one) => one === value)
  if (found !== undefined) return found
  throw new StackError(`--${name} ${value}`, `Give ${values.join(' or ')}.`)
}

function passphraseFor(secrets: 'sealed' | 'elsewhere'): string | null {
  if (secrets === 'elsewhere') return null
  const passphrase = process.env[PASSPHRASE]
  if (passphrase) return passphrase
  throw new StackError(
    `${PASSPHRASE} is not set`,
    `Set it and keep it apart from the backup, or give --secrets elsewhere and keep the master key yourself.`,
  )
}
