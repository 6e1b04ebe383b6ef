/** Arguments as one line that a shell reads back as the same arguments. */
export const shellWords = (args: string[]): string => args.map(quote).join(" ");

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
