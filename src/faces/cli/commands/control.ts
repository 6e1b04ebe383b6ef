import type { Command } from "commander";
import type { Port } from "../../../host/port.ts";
import { exitCode } from "../exit.ts";
import { findConstruct } from "../find-construct.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface ControlFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  freeze?: boolean;
  blacklist?: boolean;
}

type Define = (command: Command, world: World, finish: (code: number) => void) => void;

/** `cyberdeck kill`: constructs and all that they started, at once. */
export const defineKill: Define = (command, world, finish) => {
  command.option("--blacklist", "forbid their tasks as well, in whatever words they come again");
  define(command, world, finish, killExamples, ({ blacklist = false }) => async (port, construct) => {
    const wish = { type: "construct.kill", construct, ...(blacklist ? { blacklist } : {}) } as const;
    const { already } = await port.send(wish);
    const killed = already === null ? "killed" : `was ending already (${already}), and is hurried`;
    return blacklist ? `${killed}, and its task is forbidden` : killed;
  });
};

/** `cyberdeck pause`: constructs whose calls are to wait. */
export const definePause: Define = (command, world, finish) => {
  command.option("--freeze", "stop their processes as well, in the middle of what they do");
  define(command, world, finish, pauseExamples, ({ freeze = false }) => async (port, construct) => {
    await port.send({ type: "construct.pause", construct, freeze });
    return freeze ? "frozen" : "paused";
  });
};

/** `cyberdeck resume`: lets paused and frozen constructs go on. */
export const defineResume: Define = (command, world, finish) => {
  define(command, world, finish, resumeExamples, () => async (port, construct) => {
    await port.send({ type: "construct.continue", construct });
    return "goes on";
  });
};

/** Does it to one construct, and says what is true of it afterwards. */
type Control = (port: Port, construct: string) => Promise<string>;

function define(
  command: Command,
  world: World,
  finish: (code: number) => void,
  examples: string,
  controlOf: (flags: ControlFlags) => Control,
): void {
  command.argument("<constructs...>", "their ids, or the unique beginning of each");
  addHomeFlags(command)
    .option("--json", "write what was done as a line of JSON each")
    .addHelpText("after", examples)
    .action(async (names: string[]) => {
      const flags = command.optsWithGlobals<ControlFlags>();
      const control = controlOf(flags);
      await lookUp(
        world,
        flags,
        async (port) => {
          // All names are understood before anything is done.
          const ids = await Promise.all(names.map((name) => findConstruct(port, name)));
          const lines: string[] = [];
          for (const construct of new Set(ids)) {
            const done = await control(port, construct);
            lines.push(flags.json === true ? jsonLine({ construct, done }) : `${construct}: ${done}\n`);
          }
          return lines.join("");
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

const killExamples = `
Examples:
  cyberdeck kill cx-1a2b3c4d
  cyberdeck kill 1a2b 5e6f
  cyberdeck kill 1a2b --blacklist

Their next call is denied at once, and everything that they started is ended. It speaks to the deck that runs in this workspace.
`;

const pauseExamples = `
Examples:
  cyberdeck pause 1a2b
  cyberdeck pause --freeze 1a2b

What is under way goes on to its end, unless it is frozen; the next call waits until "cyberdeck resume" or "cyberdeck kill".
`;

const resumeExamples = `
Examples:
  cyberdeck resume 1a2b

This is about constructs that were paused or frozen. To go on with a run: cyberdeck run --resume last
`;
