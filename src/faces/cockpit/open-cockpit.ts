import { basename } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { appearanceOf } from "./appearance.ts";
import { Cockpit, type CockpitParts } from "./cockpit.ts";
import { copying } from "./copying.ts";
import { everyAction } from "./every-action.ts";
import type { OwnKeys } from "./keymap.ts";
import type { Machine, SettingsFile } from "./machine.ts";
import { ownKeysOf } from "./own-keys.ts";
import { terminalWays } from "./screen/notification.ts";
import { terminalScreen } from "./screen/terminal-screen.ts";
import { themeOf } from "./screen/theme.ts";

/** Opens the cockpit on the terminal of this process; resolves to the code of its exit when it has been left. */
export async function openCockpit(parts: {
  machine: Machine;
  env: Record<string, string | undefined>;
  color: boolean;
  home: string;
  /** Finds the deck of the home; `there`: only if it runs already, else it is started. */
  openDeck: CockpitParts["openDeck"];
  isOffline: boolean;
}): Promise<number> {
  const { machine, env } = parts;
  machine.stayLean();
  const [file, local] = await Promise.all([machine.settings(parts.home), machine.local(parts.home)]);
  const { settings } = file;
  const appearance = appearanceOf(settings, parts);
  const theme = themeOf(appearance.theme);
  const screen = terminalScreen(() => theme, undefined, { mouse: settings.mouse, ascii: appearance.ascii });
  const { keys, problems } = keysIn(file);
  const cockpit = new Cockpit({
    screen,
    openDeck: parts.openDeck,
    isOffline: parts.isOffline,
    login: machine.login,
    clock: systemClock,
    local,
    copy: copying(settings, (sequence) => screen.signal(sequence), machine, env),
    suspend: machine.suspend,
    calling: { settings: settings.notify, ways: terminalWays(settings.notify, env) },
    keys,
    problems: [...problems, ...local.problems()],
  });
  let code = 0;
  using _guard = machine.guard(() => cockpit.leave());
  using _outside = machine.outside({
    leave: (asked) => {
      code = asked;
      cockpit.leave();
    },
    suspend: () => cockpit.suspend(),
    resumed: () => cockpit.resumed(),
  });
  try {
    await cockpit.run();
  } finally {
    await local.close();
  }
  return code;
}

/** The netrunner's own keys, and all that is wrong in the file. */
function keysIn({ settings, path, problems, lineOf }: SettingsFile): { keys: OwnKeys; problems: string[] } {
  // Loading the pages' actions for nothing would cost the first frame.
  if (Object.keys(settings.keys).length === 0) return { keys: {}, problems: [...problems] };
  const own = ownKeysOf(settings.keys, everyAction());
  const place = (id: string): string =>
    lineOf === undefined ? basename(path) : `${basename(path)}:${lineOf(["keys", id])}`;
  return { keys: own.keys, problems: [...problems, ...own.problems.map(({ id, text }) => `${place(id)}: ${text}`)] };
}
