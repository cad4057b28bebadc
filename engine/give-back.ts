// Memory outside of JavaScript's heap that would wait for a collection, and bring collections about.

/** Gives the memory of an array back at once, where the array has it alone. Nobody may use it afterwards. */
export function giveBack({ buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
