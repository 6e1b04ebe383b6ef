import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { defaultSettings } from "../../../protocol/settings.ts";
import type { Drive } from "../drive-run.ts";
import { driveRun } from "../drive-run.ts";
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
import { addDaemonFlags, addSettingFlags } from "../flags/setting-flags.ts";
import { words } from "../flags/values.ts";
import { newSettings } from "../new-settings.ts";
import { notePlace } from "../place-note.ts";
import { readGoal } from "../read-goal.ts";
import { resumeRun } from "../resume-run.ts";
import type { World } from "../world.ts";

interface RunFlags extends DeckFlags, SettingFlags {
  json?: boolean;
  detach?: boolean;
  color: boolean;
  resume?: string;
  say?: string;
  wait: boolean;
}

/** `cyberdeck run`: a goal, from its setting to its end. */
export function defineRun(command: Command, world: World, finish: (code: number) => void): void {
  const usual = defaultSettings(world.cores);
  command.argument("[goal]", 'what is to be reached, in quotes; "-" reads it from stdin');
  addHubFlags(addAgentFlags(command));
  addHostFlags(addDaemonFlags(addSettingFlags(command, usual), usual))
    .option(
      "--resume <run>",
      'go on with a run: its id, the beginning or end of it, or "last"',
      words("--resume", "last"),
    )
    .option("--say <text>", "with --resume: what to tell the daemon", words("--say", '"proceed"'))
    .option(...noWait)
    .option("--json", "write each event as a line of JSON to stdout, and nothing else")
    .addHelpText("after", examples)
    .action(async (goal: string | undefined) => {
      const flags = command.optsWithGlobals<RunFlags>();
      finish(await driveRun(world, await driveOf(goal, flags, world)));
    });
}

async function driveOf(goal: string | undefined, flags: RunFlags, world: World): Promise<Drive> {
  const commandLine = ["cyberdeck", ...world.argv];
  const { resume, say } = flags;
  if (resume === undefined && say !== undefined)
    throw new Fault("usage", "cli.say_alone", "--say is for a run that is resumed", {
      hint: `name the run: cyberdeck run --resume last --say "${say}"`,
    });
  if (resume !== undefined && goal !== undefined)
    throw new Fault("usage", "cli.resume_with_goal", "a run that is resumed has its goal already", {
      hint: 'leave the goal out; to tell the daemon something, add --say "TEXT"',
    });
  mustNotDetach(flags);
  mustBeOwnHub(flags);
  const deck = await deckOptions(flags, world, flags.embedded === true ? "write" : "host");
  const common = {
    deck,
    json: flags.json === true,
    color: flags.color,
    inputUsed: goal === "-",
    waits: flags.wait,
    again: repeated(flags),
    place: repeated(flags, "home"),
    detach: flags.detach === true,
  };
  if (resume !== undefined) {
    const change = { name: resume, say, flags, commandLine };
    return { ...common, open: (port) => resumeRun(port, change) };
  }
  const text = await readGoal(goal, world);
  return {
    ...common,
    open: async (port, tell) => {
      const settings = await newSettings(port, flags, { ...defaultSettings(world.cores), offline: deck.offline });
      await notePlace(port, settings.on, tell);
      return {
        opened: await port.send({ type: "goal.set", goal: text, settings, command_line: commandLine }),
        view: undefined,
      };
    },
  };
}

const examples = `
Examples:
  cyberdeck run "write a test for each exported function of src/"
  cyberdeck run --offline "try the deck without an account"
  cyberdeck run --budget 5 --max-concurrent 4 --autopilot - < goal.md
  cyberdeck run --resume last --say "proceed"
  cyberdeck run --json "list the risks of this change" | jq -c 'select(.type == "construct.ended")'

Exit codes: 0 done, 1 failed, 2 wrong command, 3 waiting for your answer, 4 paused at a bound, 130 interrupted.
`;
