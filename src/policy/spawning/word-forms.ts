/** A table of words from lines of them: each word of a line, and its name, give the name. */
export const table = (lines: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(lines).flatMap(([name, words]) => [name, ...words.split(" ")].map((word) => [word, name])));

/** A word by its own spelling first, then without the endings that English has. */
export function firstIn(words: ReadonlyMap<string, string>, word: string): string | undefined {
  for (const form of forms(word)) {
    const found = words.get(form);
    if (found !== undefined) return found;
  }
  return undefined;
}

function forms(word: string): string[] {
  const found = [word];
  if (word.endsWith("s") && word.length > 3) found.push(word.slice(0, -1));
  if (word.endsWith("es") && word.length > 4) found.push(word.slice(0, -2));
  if (word.endsWith("ies")) found.push(`${word.slice(0, -3)}y`);
  if (word.endsWith("ied")) found.push(`${word.slice(0, -3)}y`);
  for (const ending of ["ed", "ing"]) {
    if (!word.endsWith(ending) || word.length < ending.length + 3) continue;
    const bare = word.slice(0, -ending.length);
    found.push(bare, `${bare}e`);
    if (bare.at(-1) === bare.at(-2)) found.push(bare.slice(0, -1));
  }
  const base = irregular.get(word);
  if (base !== undefined) found.push(base);
  return found;
}

const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    written: "write",
    wrote: "write",
    rewritten: "rewrite",
    overwritten: "overwrite",
    sent: "send",
    built: "build",
    rebuilt: "build",
    made: "make",
    ran: "run",
    undone: "undo",
    found: "find",
    shown: "show",
    told: "tell",
    sped: "speed",
  }),
);
