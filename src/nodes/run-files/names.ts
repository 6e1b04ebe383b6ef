import { record } from "../../policy/places/record.ts";

/** In the folder of a run: what constructs have shown to the netrunner and that lay elsewhere on a node. */
export const shownFolder = "surfaced";

/** What the deck itself puts into the folder of a run. Nothing of it travels, in either direction. */
const ofDeck = new Set([...record, "eject.json"]);

/** A file that is being written, and is not there yet. */
export const isDraft = (part: string): boolean => /^\.cyberdeck-[0-9a-f]{12}\.tmp$/.test(part);

/** Whether it is the deck's own, such as its record: also by the names that Windows and macOS take for the same. */
export const isOfDeck = (name: string): boolean => ofDeck.has(plain(name.split("/", 1)[0] ?? ""));

/**
 * Why no file of this name, relative to the folder of a run and parted by `/`, travels; undefined: it may. What would be denied to a construct
 * that writes it is not allowed here either.
 */
export function whyNotName(name: string): string | undefined {
  if (name === "") return "it has no name";
  if (Buffer.byteLength(name) > mostNameBytes) return "its name is too long";
  if (name.startsWith("/")) return "its name is absolute";
  if (/[\p{Cc}\p{Cs}\u2028\u2029\ufffd]/u.test(name)) return "its name has characters that cannot be read";
  if (name.includes("\\")) return "there is a backslash in its name";
  if (isOfDeck(name)) return "it has a name of the deck's own record";
  const parts = name.split("/");
  if (parts.length > mostParts) return "it lies too deep";
  for (const part of parts) {
    if (part === "" || part === "." || part === "..") return "its name leads out of the folder, or nowhere";
    if (Buffer.byteLength(part) > mostPartBytes) return "its name is too long";
    if (isDraft(part)) return "it is only being written";
    if (/^(?:\.git|git~1)$/.test(plain(part))) return "it is one of git's own, in which programs can be named";
  }
  if ((parts.at(-1) ?? "").startsWith("-")) return "its name begins with a dash, and reads like an option";
  return undefined;
}

/** The name under which a file is kept whose own name has something else by now. */
export function besides(name: string, construct: string, time: number): string {
  const ending = `.from-${construct}${time === 1 ? "" : `-${time}`}`;
  const cut = name.lastIndexOf("/") + 1;
  const room = mostPartBytes - Buffer.byteLength(ending);
  // Half a letter at the end is none.
  const own = Buffer.from(name.slice(cut))
    .subarray(0, room)
    .toString()
    .replace(/\ufffd$/, "");
  return `${name.slice(0, cut)}${own}${ending}`;
}

const mostNameBytes = 1024;
const mostPartBytes = 255;
const mostParts = 20;

/** As a file system reads it that does not tell cases, or forms of a letter, apart. */
const plain = (part: string): string =>
  part
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[. ]+$/, "")
    .replace(/:.*$/s, "")
    .toLowerCase();
