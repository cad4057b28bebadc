// A failure of the stack that its operator can act on.

/** `whatToDo` is a whole sentence, shown under the message. */
export class StackError extends Error {
  readonly whatToDo: string

  constructor(message: string, whatToDo: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StackError'
    this.whatToDo = whatToDo
  }
}
