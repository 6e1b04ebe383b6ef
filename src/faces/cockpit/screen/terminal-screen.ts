import { ProcessTerminal, type Terminal } from "@earendil-works/pi-tui/dist/terminal.js";
import { asciiOf } from "./ascii.ts";
import { changesOf } from "./changes.ts";
import type { Grid } from "./grid.ts";
import { readInput } from "./input.ts";
import type { Screen } from "./screen.ts";
import type { Size } from "./size.ts";
import type { Theme } from "./theme.ts";

/** Alternate screen, no wrapping, reports of focus; the title is kept on the terminal's stack. */
const enter = "\u001b[?1049h\u001b[22;0t\u001b[?7l\u001b[?1004h\u001b[?25l";
/** Reports of the mouse: buttons, drags, wheel. */
const enterMouse = "\u001b[?1002h\u001b[?1006h";
/**
 * All of it back, in reverse; also harmless where it was never sent. A character that cancels comes first: what the terminal was in the
 * middle of when a frame was cut is over.
 */
const leave =
  "\u0018\u001b[?2026l\u001b[0m\u001b[?1004l\u001b[?1006l\u001b[?1002l\u001b[?7h\u001b[23;0t\u001b[?25h\u001b[?1049l";

/** How a terminal is used. */
export interface ScreenWish {
  /** The mouse is ours; otherwise it selects text, as it does elsewhere. */
  mouse: boolean;
  /** Nothing beyond ASCII is sent. */
  ascii: boolean;
}

/** More than any terminal has; one that claims more is not believed. */
const mostCells = 1000;

/**
 * The terminal of this process. Raw mode, keyboard protocols, pastes and sizes are pi-tui's; which cells are sent is ours (decision 016).
 * @param terminal in tests another one
 */
export function terminalScreen(
  theme: () => Theme,
  terminal: Terminal = new ProcessTerminal(),
  { mouse, ascii }: ScreenWish = { mouse: true, ascii: false },
): Screen {
  let shown: Grid | undefined;
  let shownIn: Theme | undefined;
  let isOn = false;

  const size = (): Size => ({ columns: sane(terminal.columns), rows: sane(terminal.rows) });

  return {
    get size() {
      return size();
    },
    show(frame) {
      if (!isOn) return;
      const look = theme();
      const next = ascii ? asciiOf(frame) : frame;
      const changes = changesOf(shownIn === look ? shown : undefined, next, look);
      shown = next;
      shownIn = look;
      if (changes !== "") terminal.write(changes);
    },
    signal(sequence) {
      if (isOn) terminal.write(sequence);
    },
    start({ input, resize }) {
      if (isOn) return;
      isOn = true;
      shown = undefined;
      terminal.write(mouse ? enter + enterMouse : enter);
      terminal.start(
        (sequence) => {
          const read = readInput(sequence);
          if (read !== undefined) input(read);
        },
        () => {
          // What a terminal makes of its content when it is resized is its own affair.
          shown = undefined;
          resize(size());
        },
      );
    },
    stop() {
      if (!isOn) return;
      isOn = false;
      attempt(() => terminal.stop());
      attempt(() => terminal.write(leave));
    },
  };
}

const sane = (count: number): number => Math.max(1, Math.min(mostCells, Math.floor(count) || 1));

/** A terminal that is gone cannot be given back; that is no reason to fail on the way out. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // There is nobody left to tell.
  }
}
