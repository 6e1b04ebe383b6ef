import type { Command } from "commander";
import type { Command as DeckCommand } from "../../../protocol/command.ts";
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
  define(command, world, finish, killExamples, ({ blacklist = false }) => ({
    done: blacklist ? "killed, and its task is forbidden" : "killed",
    wish: (construct) => ({ type: "construct.kill", construct, ...(blacklist ? { blacklist } : {}) }),
  }));
};

/** `cyberdeck pause`: constructs whose calls are to wait. */
export const definePause: Define = (command, world, finish) => {
  command.option("--freeze", "stop their processes as well, in the middle of what they do");
  define(command, world, finish, pauseExamples, ({ freeze = false }) => ({
    done: freeze ? "frozen" : "paused",
    wish: (construct) => ({ type: "construct.pause", construct, freeze }),
  }));
};

/** `cyberdeck resume`: lets paused and frozen constructs go on. */
export const defineResume: Define = (command, world, finish) => {
  define(command, world, finish, resumeExamples, () => ({
    done: "goes on",
    wish: (construct) => ({ type: "construct.continue", construct }),
  }));
};

interface Control {
  /** What is true of a construct afterwards. */
  done: string;
  wish: (construct: string) => DeckCommand;
}

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
      const { done, wish } = controlOf(flags);
      await lookUp(
        world,
        flags,
        async (port) => {
          // All names are understood before anything is done.
          const ids = await Promise.all(names.map((name) => findConstruct(port, name)));
          const lines: string[] = [];
          for (const construct of new Set(ids)) {
            await port.send(wish(construct));
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
