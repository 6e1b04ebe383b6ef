/** Characters that would break a line apart or change how it is shown. */
const odd = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A path or other foreign text on one line: as it is, or, where that would be ambiguous, as a JSON string. */
export function showPath(path: string): string {
  const plain = path === path.trim() && path !== "" && !path.startsWith('"') && path.search(odd) === -1;
  return plain ? path : JSON.stringify(path).replace(odd, codePoint);
}

/** Reads a text of `showPath`. */
export function readPath(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    return text; // Not one of ours: it is taken as it stands.
  }
}

const codePoint = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
