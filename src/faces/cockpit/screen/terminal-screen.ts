import { ProcessTerminal, type Terminal } from "@earendil-works/pi-tui/dist/terminal.js";
import { changesOf } from "./changes.ts";
import type { Grid } from "./grid.ts";
import { readInput } from "./input.ts";
import type { Screen } from "./screen.ts";
import type { Size } from "./size.ts";
import type { Theme } from "./theme.ts";

/** Alternate screen, no wrapping, reports of the mouse (buttons, drags, wheel) and of focus; the title is kept on the terminal's stack. */
const enter = "\u001b[?1049h\u001b[22;0t\u001b[?7l\u001b[?1002h\u001b[?1006h\u001b[?1004h\u001b[?25l";
/** The same back, in reverse; also harmless where `enter` was never sent. */
export const leave = "\u001b[0m\u001b[?1004l\u001b[?1006l\u001b[?1002l\u001b[?7h\u001b[23;0t\u001b[?25h\u001b[?1049l";

/**
 * The terminal of this process. Raw mode, keyboard protocols, pastes and sizes are pi-tui's; which cells are sent is ours (decision 016).
 * @param terminal in tests another one
 */
export function terminalScreen(theme: () => Theme, terminal: Terminal = new ProcessTerminal()): Screen {
  let shown: Grid | undefined;
  let shownIn: Theme | undefined;
  let isOn = false;

  const size = (): Size => ({ columns: Math.max(1, terminal.columns), rows: Math.max(1, terminal.rows) });

  return {
    get size() {
      return size();
    },
    show(frame) {
      if (!isOn) return;
      const look = theme();
      const changes = changesOf(shownIn === look ? shown : undefined, frame, look);
      shown = frame;
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
      terminal.write(enter);
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
      terminal.stop();
      terminal.write(leave);
    },
  };
}
