import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { defaultSettings } from "../../../protocol/settings.ts";
import { driveRun } from "../drive-run.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import {
  addAgentFlags,
  addHostFlags,
  addHubFlags,
  deckOptions,
  mustBeOwnHub,
  mustNotDetach,
  noWait,
  repeated,
} from "../flags/deck-flags.ts";
import type { SettingFlags } from "../flags/setting-flags.ts";
import { addSettingFlags } from "../flags/setting-flags.ts";
import { words } from "../flags/values.ts";
import { joinRun, mustFitRun, type JoinFlags } from "../join-run.ts";
import { newSettings } from "../new-settings.ts";
import { notePlace } from "../place-note.ts";
import type { World } from "../world.ts";

interface SpawnFlags extends DeckFlags, SettingFlags, JoinFlags {
  json?: boolean;
  detach?: boolean;
  color: boolean;
  wait: boolean;
}

/** `cyberdeck spawn`: constructs without a daemon, a task each. */
export function defineSpawn(command: Command, world: World, finish: (code: number) => void): void {
  const usual = defaultSettings(world.cores);
  command.argument("[tasks...]", "a task for each construct, each in quotes");
  addHostFlags(addSettingFlags(addHubFlags(addAgentFlags(command)), usual))
    .option("--override-blacklist", "start the tasks although the blacklist forbids one, or may")
    .option("--run <run>", "start them in this open run, beside what is at work there", words("--run", "a1b2"))
    .option("--after <construct>", "with --run: only after this one has ended well; give it again for another", several)
    .option(...noWait)
    .option("--json", "write each event as a line of JSON to stdout, and nothing else")
    .addHelpText("after", examples)
    .action(async (tasks: string[]) => {
      const flags = command.optsWithGlobals<SpawnFlags>();
      mustBeTasks(tasks);
      mustNotDetach(flags);
      mustBeOwnHub(flags);
      mustFitRun(flags, usual);
      if (flags.run !== undefined) {
        await joinRun(world, flags, tasks);
        return finish(exitCode.done);
      }
      const deck = await deckOptions(flags, world, flags.embedded === true ? "write" : "host");
      const code = await driveRun(world, {
        deck,
        json: flags.json === true,
        color: flags.color,
        inputUsed: false,
        waits: flags.wait,
        again: repeated(flags),
        place: repeated(flags, "home"),
        detach: flags.detach === true,
        open: async (port, tell) => {
          const settings = await newSettings(port, flags, { ...usual, offline: deck.offline });
          await notePlace(port, settings.on, tell);
          return {
            opened: await port.send({
              type: "spawn",
              tasks,
              settings,
              ...(flags.overrideBlacklist === true ? { override_blacklist: true } : {}),
              command_line: ["cyberdeck", ...world.argv],
            }),
            view: undefined,
          };
        },
      });
      finish(code);
    });
}

function mustBeTasks(tasks: string[]): void {
  if (tasks.length === 0)
    throw new Fault("usage", "cli.no_task", "there is no task", {
      hint: 'say what each construct is to do: cyberdeck spawn "TASK" "TASK"',
    });
  const empty = tasks.findIndex((task) => task.trim() === "");
  if (empty !== -1)
    throw new Fault("usage", "cli.empty_task", `task ${empty + 1} is empty`, { hint: "write it out, or leave it out" });
}

const several = (text: string, earlier: string[] = []): string[] => [...earlier, words("--after", "cx-1a2b3c4d")(text)];

const examples = `
Examples:
  cyberdeck spawn "summarise README.md in three sentences"
  cyberdeck spawn --model haiku --time-limit 5m "count the lines of src/" "count the lines of test/"
  cyberdeck spawn --run last "write the missing tests too"
  cyberdeck spawn --offline --json "try it without an account"

Exit codes: 0 done, 1 failed, 2 wrong command, 4 paused at a bound, 130 interrupted.
`;
