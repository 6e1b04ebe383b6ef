/** Finds the line, from 1, on which a value of a TOML text stands: good enough to lead a reader there. */
export function lineFinder(text: string): (path: readonly PropertyKey[], value?: unknown) => number {
  const lines = text.split("\n");
  const places = keysOf(lines);
  return (path, value) => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = places.get(path.slice(0, length).map(String).join("\0"));
      if (found === undefined) continue;
      return (typeof value === "string" ? lineOfText(lines, found, value) : undefined) ?? found;
    }
    return 1;
  };
}

/** Tables and keys by their path; of several the first. Dotted keys and inline tables count to what they stand in. */
function keysOf(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: string[] = [];
  const note = (path: readonly string[], line: number): void => {
    const key = path.join("\0");
    if (!places.has(key)) places.set(key, line);
  };
  for (const [index, line] of lines.entries()) {
    const header = /^\s*(\[{1,2})([^\]#]{1,200})\]/.exec(line);
    if (header !== null) {
      const name = (header[2] ?? "").split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
      note(name, index + 1);
      const count = counts.get(name.join("\0")) ?? 0;
      counts.set(name.join("\0"), count + 1);
      table = header[1] === "[[" ? [...name, String(count)] : name;
      note(table, index + 1);
      continue;
    }
    const key = /^\s*(?:"([^"]{1,200})"|'([^']{1,200})'|([^"'=.#[\]\s]+))\s*[=.]/.exec(line);
    if (key !== null) note([...table, key[1] ?? key[2] ?? key[3] ?? ""], index + 1);
  }
  return places;
}

/** A value is looked for from its key to the next table. */
function lineOfText(lines: readonly string[], from: number, value: string): number | undefined {
  for (let at = from - 1; at < lines.length && (at === from - 1 || !/^\s*\[\[?\w/.test(lines[at] ?? "")); at += 1)
    if ([`"${value}"`, `'${value}'`].some((quoted) => lines[at]?.includes(quoted))) return at + 1;
  return undefined;
}
