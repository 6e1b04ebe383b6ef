/** How plain data is read on the other machine: the path of a folder in it means another one there. */
export interface PathWords {
  in<T>(value: T): T;
  /** The same for a line of JSON. */
  inLine(line: string): string;
}

/**
 * Replaces the path of a folder in every text of a value of plain data. Pure. Only whole paths are meant: not another one that ends or goes on
 * like it.
 */
export function pathWords(from: string, to: string): PathWords {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_.-])${escaped(from)}(?![\\p{L}\\p{N}_-])`, "gu");
  const inValue = (value: unknown): unknown => {
    if (typeof value === "string") return value.includes(from) ? value.replace(pattern, () => to) : value;
    if (Array.isArray(value)) return value.map(inValue);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inValue(one)]));
  };
  return {
    // Texts stay texts, and nothing else changes: it is of the same type.
    in: <T>(value: T): T => inValue(value) as T,
    inLine(line) {
      if (!line.includes(JSON.stringify(from).slice(1, -1))) return line;
      try {
        return JSON.stringify(inValue(JSON.parse(line)));
      } catch {
        // No JSON, but text with the path in it.
        return String(inValue(line));
      }
    },
  };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
