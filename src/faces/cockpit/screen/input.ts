import { decodeKittyPrintable, isKeyRelease, parseKey } from "@earendil-works/pi-tui/dist/keys.js";

/** What comes from the netrunner's terminal. */
export type Input =
  /**
   * `key`: a character as it is typed ("k", "K", "?"), or a name: "enter", "escape", "space", "up", "pageUp", "shift+tab", "ctrl+f".
   * `text`: what it would write into a text; "" for the others.
   */
  | { type: "key"; key: string; text: string }
  | { type: "paste"; text: string }
  /** Cells from 0. `wheel`: rows, negative is up. `target`: of the line of the dialog that was pressed. */
  | {
      type: "mouse";
      kind: "press" | "release" | "drag" | "wheel";
      x: number;
      y: number;
      wheel: number;
      target?: string | undefined;
    }
  /** The terminal's window has been entered or left. */
  | { type: "focus"; focused: boolean };

/** One complete sequence from the terminal; undefined when it says nothing to us, such as the release of a key. */
export function readInput(sequence: string): Input | undefined {
  if (sequence.startsWith(pasteStart)) return { type: "paste", text: pastedText(sequence) };
  if (sequence === "\u001b[I" || sequence === "\u001b[O") return { type: "focus", focused: sequence.endsWith("I") };
  const mouse = sequence.startsWith("\u001b") ? mouseReport.exec(sequence.slice(1)) : null;
  if (mouse !== null) return readMouse(Number(mouse[1]), Number(mouse[2]), Number(mouse[3]), mouse[4] === "M");
  if (isKeyRelease(sequence)) return undefined;
  const typed = decodeKittyPrintable(sequence) ?? (isTyped(sequence) ? sequence : undefined);
  if (typed !== undefined) return { type: "key", key: typed === " " ? "space" : typed, text: typed };
  const key = parseKey(sequence) ?? otherNames.get(sequence);
  return key === undefined ? undefined : { type: "key", key, text: "" };
}

/** What tmux, the console of Linux and rxvt send, which pi-tui's `parseKey` does not name. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["\u001b[1~", "home"],
  ["\u001b[7~", "home"],
  ["\u001b[4~", "end"],
  ["\u001b[8~", "end"],
]);

const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";

function pastedText(sequence: string): string {
  const end = sequence.endsWith(pasteEnd) ? sequence.length - pasteEnd.length : sequence.length;
  return sequence.slice(pasteStart.length, end).replace(/\r\n?/g, "\n");
}

/** One character, or several that were composed to one. */
const isTyped = (sequence: string): boolean => sequence !== "" && !/\p{Cc}/u.test(sequence);

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Extended coordinates" 1006. */
const mouseReport = /^\[<(\d+);(\d+);(\d+)([Mm])$/;

function readMouse(code: number, column: number, row: number, isDown: boolean): Input | undefined {
  const at = { x: column - 1, y: row - 1 };
  if ((code & 64) !== 0) return { type: "mouse", kind: "wheel", ...at, wheel: (code & 1) === 0 ? -3 : 3 };
  // Only the left button, and no movement without one.
  if ((code & 3) !== 0) return undefined;
  const kind = !isDown ? "release" : (code & 32) === 0 ? "press" : "drag";
  return { type: "mouse", kind, ...at, wheel: 0 };
}
