// Files that are there as a whole or not at all: what is remembered of deployments, and secrets that nobody has twice.
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { TargetError } from './target.ts'

/** Only its owner's to read. */
const PRIVATE_MODE = 0o600
/** Of files that hold no secret. */
export const READABLE = 0o644

/** Replaces the file in one step, once it is on the disk. Throws TargetError `failed` that names it, and leaves what was there. */
export function replaceFile(file: string, text: string, mode = PRIVATE_MODE): void {
  // A link stays one, and so does what is no file, as /dev/stdout.
  const place = existsSync(file) ? realpathSync(file) : file
  const isOther = existsSync(place) && !lstatSync(place).isFile()
  const fresh = `${place}.new`
  try {
    if (isOther) {
      writeFileSync(place, text)
    } else {
      writeThrough(fresh, text, mode)
      renameSync(fresh, place)
    }
  } catch (error) {
    if (existsSync(fresh)) rmSync(fresh)
    const message = `${file} cannot be written: ${(error as Error).message}`
    const whatToDo = 'See that nodeops may write there, and that there is room.'
    throw new TargetError('failed', message, whatToDo, { cause: error })
  }
}

function writeThrough(file: string, text: string, mode: number): void {
  const open = openSync(file, 'w', mode)
  try {
    writeFileSync(open, text)
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}
