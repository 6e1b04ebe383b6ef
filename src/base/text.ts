/**
 * Text without anything that a terminal would act on: escape sequences, control characters and bidirectional overrides
 * vanish. Line feeds and tabs stay. Text of models and tools passes through here before it is shown.
 */
export function inert(text: string): string {
  return text.replace(escapeSequence, "").replace(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, "");
}

/**
 * Control strings with their terminator (titles, links), control sequences (colours, cursor), and two-character escapes.
 * No part can run past the next escape character, so a hostile text costs linear time; the one of `node:util`
 * takes half a minute for 200 KB of unterminated control strings.
 */
const escapeSequence = new RegExp(
  [
    String.raw`(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)`,
    String.raw`(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]`,
    String.raw`\u001b[ -/]*[0-~]`,
  ].join("|"),
  "g",
);

/** One line of at most `width` characters: white space folded, inert, the cut marked by an ellipsis. */
export function oneLine(text: string, width: number): string {
  const line = inert(text).replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${sliceWhole(line, 0, Math.max(0, width - 1))}…`;
}

/**
 * Keeps the head and the tail of a text within `limit` bytes of UTF-8 and says in the middle how much was left out.
 * Heads carry what was asked, tails carry the conclusion; the middle is what can be spared.
 */
export function headAndTail(text: string, limit: number): { text: string; omitted: number } {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limit) return { text, omitted: 0 };
  const marker = (n: number): string => `\n[… ${n} bytes left out …]\n`;
  const room = limit - Buffer.byteLength(marker(bytes));
  if (room < 0) return { text: headBytes(text, limit), omitted: bytes - Buffer.byteLength(headBytes(text, limit)) };
  const head = headBytes(text, Math.ceil(room * 0.6));
  const tail = tailBytes(text, room - Buffer.byteLength(head));
  const omitted = bytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
  return { text: `${head}${marker(omitted)}${tail}`, omitted };
}

/** One line of at most `limit` bytes of UTF-8: white space folded, inert, the cut marked by an ellipsis. */
export function clip(text: string, limit: number): string {
  const line = oneLine(text, Math.max(1, limit));
  return Buffer.byteLength(line) <= limit ? line : `${headBytes(line, limit - Buffer.byteLength("…"))}…`;
}

/** The longest head within `limit` bytes. A byte is at most one character, so no more than `limit` of them are looked at. */
function headBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text.slice(0, Math.max(0, limit)));
  let end = Math.min(Math.max(0, limit), bytes.length);
  while (isInside(bytes, end)) end -= 1;
  return bytes.toString("utf8", 0, end);
}

function tailBytes(text: string, limit: number): string {
  if (limit <= 0) return "";
  const bytes = Buffer.from(text.slice(-limit));
  let start = Math.max(0, bytes.length - limit);
  while (isInside(bytes, start)) start += 1;
  return bytes.toString("utf8", start);
}

/** Whether a cut before this byte would go through a character of UTF-8. */
const isInside = (bytes: Buffer, at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;

/** A slice that never cuts a surrogate pair in two. */
function sliceWhole(text: string, from: number, to: number): string {
  const isLow = (i: number): boolean => i > 0 && i < text.length && /[\udc00-\udfff]/.test(text.charAt(i));
  return text.slice(isLow(from) ? from + 1 : from, isLow(to) ? to - 1 : to);
}
