import { readPartBytes } from "../../protocol/briefing.ts";

/** A result in parts of at most `size` bytes, none of which cuts a character in two; at least one part. */
export function partsOf(text: string, size = readPartBytes): string[] {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  for (let from = 0; from < bytes.length || parts.length === 0;) {
    let end = Math.min(from + size, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & continuation) === 0x80) end -= 1;
    parts.push(bytes.toString("utf8", from, end));
    from = end;
  }
  return parts;
}

/** The two bits that tell a byte in the middle of a character of UTF-8. */
const continuation = 0xc0;
