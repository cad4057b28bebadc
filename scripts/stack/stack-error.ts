// A failure of the stack that its operator can act on.

export type StackErrorOptions = ErrorOptions & { notFound?: boolean }

/** `whatToDo` is a whole sentence, shown under the message; `notFound`: what was named does not exist. */
export class StackError extends Error {
  readonly whatToDo: string
  readonly notFound: boolean

  constructor(message: string, whatToDo: string, options?: StackErrorOptions) {
    super(message, options)
    this.name = 'StackError'
    this.whatToDo = whatToDo
    this.notFound = options?.notFound ?? false
  }
}

/** Runs a command; what it throws as StackError is told with what to do, and exits with 1. */
export async function exitOnStackError(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof StackError)) throw error
    console.error(`\n${error.message}\nWhat to do: ${error.whatToDo}`)
    process.exitCode = 1
  }
}
