// node scripts/raw-words.ts <walk>: random words of the engine to standard output, without end, for the batteries that
// test generators; walks are in engine/testing/raw-words.ts. With PractRand:
//   node scripts/raw-words.ts columns | RNG_test stdin32 -tlmin 1GB -tlmax 16GB -multithreaded

import { writeSync } from 'node:fs'
import { rawWords, WALKS } from '#engine/testing/raw-words.ts'

const STANDARD_OUTPUT = 1

function main(name: string | undefined): void {
  if (name === undefined || !Object.hasOwn(WALKS, name)) {
    console.error(`node scripts/raw-words.ts ${Object.keys(WALKS).join('|')}`)
    process.exitCode = 2
    return
  }
  try {
    for (const piece of rawWords(WALKS[name as keyof typeof WALKS])) {
      const bytes = new Uint8Array(piece.buffer)
      for (let at = 0; at < bytes.length; ) at += writeSync(STANDARD_OUTPUT, bytes, at)
    }
  } catch (error) {
    // The reader has had enough.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

main(process.argv[2])
