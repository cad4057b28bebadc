// Limits that both ends of a stream must agree on.

/**
 * Specs that a worker keeps: the last ones that its stream carried, in the order of their arrival. A coordinator
 * sends a spec again once as many others have followed it.
 */
export const SPECS_PER_STREAM = 64
