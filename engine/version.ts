/** Covers code, word lists and tables: it changes whenever a golden digest does. A job pins it. */
export const ENGINE_VERSION = '1.1.0'
