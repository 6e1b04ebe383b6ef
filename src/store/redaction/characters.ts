/** A set of ASCII characters, to walk over a text by hand: a walk cannot be made to go back, as a pattern can. */
export type Characters = (code: number) => boolean;

export function characters(members: RegExp): Characters {
  const table = Array.from({ length: 128 }, (_, code) => members.test(String.fromCharCode(code)));
  return (code) => table[code] === true;
}

/** Where the run of such characters ends that begins at `from`. */
export function runEnd(text: string, from: number, is: Characters): number {
  let at = from;
  while (at < text.length && is(text.charCodeAt(at))) at += 1;
  return at;
}

/** Where the run of such characters begins that ends before `to`; it is not looked for before `from`. */
export function runStart(text: string, to: number, is: Characters, from: number): number {
  let at = to;
  while (at > from && is(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

const isWordCharacter = characters(/\w/);

/** Whether a word may begin here. In a JSON text, the letter of an escaped line end stands before what begins the next line. */
export function beginsWord(text: string, at: number): boolean {
  if (at === 0 || !isWordCharacter(text.charCodeAt(at - 1))) return true;
  return text[at - 2] === "\\" && "nrtbf".includes(text.charAt(at - 1));
}
