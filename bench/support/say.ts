// What a bench says while it runs; standard output is for its figures.

export const say = (line: string): void => void process.stderr.write(`  ${line}\n`)
