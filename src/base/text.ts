import { stripVTControlCharacters } from "node:util";

/**
 * Text without anything that a terminal would act on: escape sequences, control characters and bidirectional overrides
 * vanish. Line feeds and tabs stay. Text of models and tools passes through here before it is shown.
 */
export function inert(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, "");
}

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
  const room = Math.max(0, limit - Buffer.byteLength(marker(bytes)));
  const head = headBytes(text, Math.ceil(room * 0.6));
  const tail = tailBytes(text, room - Buffer.byteLength(head));
  const omitted = bytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
  return { text: `${head}${marker(omitted)}${tail}`, omitted };
}

function headBytes(text: string, limit: number): string {
  let end = Math.min(text.length, limit);
  while (end > 0 && Buffer.byteLength(sliceWhole(text, 0, end)) > limit) end -= Math.ceil((end - limit / 4) / 8) || 1;
  return sliceWhole(text, 0, Math.max(0, end));
}

function tailBytes(text: string, limit: number): string {
  let start = Math.max(0, text.length - limit);
  while (start < text.length && Buffer.byteLength(sliceWhole(text, start, text.length)) > limit) start += 1;
  return sliceWhole(text, start, text.length);
}

/** A slice that never cuts a surrogate pair in two. */
function sliceWhole(text: string, from: number, to: number): string {
  const isLow = (i: number): boolean => i > 0 && i < text.length && /[\udc00-\udfff]/.test(text.charAt(i));
  return text.slice(isLow(from) ? from + 1 : from, isLow(to) ? to - 1 : to);
}
