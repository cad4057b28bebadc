// npm run restore: makes an installation out of a backup. Exit code 0 when all of it is there, 3 when parts are missing,
// 1 when it failed.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { restore } from './backup/restore.ts'
import { PASSPHRASE } from './backup/sealed-file.ts'
import { exitOnStackError, StackError } from './stack/stack-error.ts'

const HELP = `npm run restore -- --from DIR [--data-dir DIR]

  --from DIR       what npm run backup made
  --data-dir DIR   a new folder, for npm start or nodeops; without it, into the empty database of
                   DATABASE_URL, and the store of SYNDATA_STORE
  --help           this text

${PASSPHRASE} opens the secrets of the backup; where they were kept elsewhere,
SYNDATA_MASTER_KEY has to be the key that the installation had.`

const EXIT_PARTS_MISSING = 3
const SHOWN_MAX = 10

const OPTIONS = {
  from: { type: 'string' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

await exitOnStackError(async () => {
  const values = readArguments()
  if (values.help || !values.from) {
    console.log(HELP)
    process.exitCode = values.help ? 0 : 1
    return
  }
  const { 'data-dir': dataDir } = values
  const { missing, store } = await restore({
    from: path.resolve(values.from),
    dataDir: dataDir === undefined ? null : path.resolve(dataDir),
    passphrase: process.env[PASSPHRASE] ?? null,
    say: (line) => console.log(line),
  })
  if (missing.length > 0) showMissing(missing)
  const setting = store === null ? '' : `SYNDATA_STORE=${store} `
  const start = dataDir === undefined ? 'the coordinators' : `npm start -- --data-dir ${dataDir}`
  console.log(`Restored. Next: ${setting}${start}`)
})

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (error) {
    throw new StackError((error as Error).message, 'See npm run restore -- --help.', {
      cause: error,
    })
  }
}

function showMissing(missing: string[]): void {
  process.exitCode = EXIT_PARTS_MISSING
  const more = missing.length > SHOWN_MAX ? ', ...' : ''
  console.error(
    `${missing.length} roots are not whole in the store: ${missing.slice(0, SHOWN_MAX).join(', ')}${more}
Rows that a config makes are made again when they are asked for; datasets and models are not.`,
  )
}
