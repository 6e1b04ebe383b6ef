import { systemClock } from "../../base/clock.ts";
import { Cockpit, type OpenDeck } from "./cockpit.ts";
import type { Local } from "./page.ts";
import { terminalScreen } from "./screen/terminal-screen.ts";
import { themeOf } from "./screen/theme.ts";

/** What the cockpit needs of its machine, beside the terminal. */
export interface Machine {
  /** Stops this process and its job as Ctrl+Z does elsewhere; resolves when it goes on. */
  suspend: () => Promise<void>;
  /** Puts a text into the machine's clipboard, where it has one. */
  copy: (text: string) => void;
  local: Local;
}

/** Opens the cockpit on the terminal of this process; resolves when the netrunner has left it. */
export async function openCockpit(parts: {
  machine: Machine;
  env: Record<string, string | undefined>;
  color: boolean;
  openDeck: () => Promise<OpenDeck>;
}): Promise<void> {
  const { machine, env } = parts;
  const theme = themeOf(parts.color && (env["NO_COLOR"] ?? "") === "" ? "dark" : "mono");
  const cockpit = new Cockpit({
    screen: terminalScreen(() => theme),
    openDeck: parts.openDeck,
    clock: systemClock,
    local: machine.local,
    copy: machine.copy,
    suspend: machine.suspend,
    keys: {},
  });
  await cockpit.run();
}
