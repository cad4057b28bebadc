// Text that breaks writers: quotes, escapes, delimiters, control characters and lone surrogates.

export const HOSTILE_TEXTS: readonly string[] = [
  ...['', '"', '""', ',', '\n', '\r', '\r\n', '\t', '`', "'", "''", '\\', '\\.', '\\N', '\\n'],
  ...["');process.exit();//", "'; drop table t; --", '/*', '--', ';', '$$', '%s', ':x', '?', '{}'],
  ...['\u2028', '#', 'v0', 'NULL', 'null', 'true', 'NaN', '\u0000', '\u001a', '\ufeff', '\ud800'],
  ...['😀', 'é', ' ', ' x ', 'a\u0000b', "\\'", '\\\\', "o'clock", 'E', 'x', '0', '-1', '1e5'],
]
