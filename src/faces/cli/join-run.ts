import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { askOf, isAsked } from "../../protocol/place.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import { findConstruct } from "./find-construct.ts";
import type { DeckFlags } from "./flags/deck-flags.ts";
import { changedSettings, type SettingFlags } from "./flags/setting-flags.ts";
import { jsonLine } from "./json-lines.ts";
import { lookUp } from "./look-up.ts";
import type { World } from "./world.ts";

/** The flags of tasks that join an open run. */
export interface JoinFlags {
  after?: string[];
  overrideBlacklist?: boolean;
}

/** What of the settings can be said of one construct alone. */
const ofOne = new Set(["caliber", "caliber_fixed", "profile", "on"]);

/** Refuses flags that do not go together: a run that is open has its settings, and one that is not has nobody to wait for. */
export function mustFitRun(
  flags: DeckFlags & SettingFlags & JoinFlags & { detach?: boolean },
  usual: RunSettings,
): void {
  if (flags.run === undefined) {
    if (flags.after === undefined) return;
    throw new Fault("usage", "cli.after_alone", "--after is about a construct of an open run", {
      hint: "name that run: cyberdeck spawn --run last --after cx-1a2b3c4d TASK",
    });
  }
  const [foreign] = Object.keys(changedSettings(flags, usual)).filter((name) => !ofOne.has(name));
  if (foreign !== undefined)
    throw new Fault("usage", "cli.run_has_settings", `a run that is open has its ${foreign} already`, {
      hint: `change that for the whole run: cyberdeck settings set ${foreign} VALUE --run ${flags.run}`,
    });
  if (flags.embedded === true || flags.offline === true || flags.claudeBin !== undefined)
    throw new Fault("usage", "cli.run_has_deck", "a run that is open has its deck already", {
      hint: "leave out --embedded, --offline and --claude-bin",
    });
}

/** Starts tasks in the open run that the flags name, and writes which constructs they are. */
export async function joinRun(
  world: World,
  flags: DeckFlags & SettingFlags & JoinFlags & { json?: boolean; color: boolean },
  tasks: readonly string[],
): Promise<void> {
  const { model, effort, profile, overrideBlacklist } = flags;
  const on = askOf({ pool: flags.on, labels: flags.label });
  await lookUp(
    world,
    flags,
    async (port) => {
      const after = await Promise.all((flags.after ?? []).map((name) => findConstruct(port, name)));
      const lines: string[] = [];
      const started: string[] = [];
      for (const task of tasks) {
        const wish = {
          type: "construct.spawn",
          task,
          ...(profile === undefined ? {} : { profile }),
          ...(model === undefined && effort === undefined ? {} : { caliber: { model, effort } }),
          ...(isAsked(on) ? { on } : {}),
          ...(after.length === 0 ? {} : { after }),
          ...(overrideBlacklist === true ? { override_blacklist: true } : {}),
        } as const;
        const { construct } = await port.send(wish).catch((error: unknown) => {
          throw withStarted(error, started);
        });
        started.push(construct);
        const told = { construct, task };
        lines.push(flags.json === true ? jsonLine(told) : `${construct}: starts in its turn: ${oneLine(task, 80)}\n`);
      }
      return lines.join("");
    },
    "deck",
  );
}

/** The fault of a task, which says as well what was started before it. */
function withStarted(error: unknown, started: readonly string[]): unknown {
  if (!(error instanceof Fault) || started.length === 0) return error;
  const { kind, code, message, hint, facts } = error;
  const before = `${message} The tasks before it were started: ${started.join(", ")}.`;
  return new Fault(kind, code, before, { facts, cause: error, ...(hint === undefined ? {} : { hint }) });
}
