// Words of POSIX sh, quoted: the only way in which a value enters a program.

/** One word, whatever it contains. NUL bytes cannot be part of a word and throw. */
export function shellQuote(word: string): string {
  if (word.includes('\0')) throw new Error('a NUL byte cannot be part of a shell word');
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
