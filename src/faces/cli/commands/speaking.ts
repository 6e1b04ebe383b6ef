import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { Port } from "../../../host/port.ts";
import { exitCode } from "../exit.ts";
import { findConstruct } from "../find-construct.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { readInput } from "../read-input.ts";
import type { World } from "../world.ts";

interface SpeakingFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

type Define = (command: Command, world: World, finish: (code: number) => void) => void;

/** `cyberdeck send`: a message for one construct, at its next turn boundary. */
export const defineSend: Define = (command, world, finish) =>
  define(command, world, finish, {
    what: "the message",
    examples: sendExamples,
    async say(port, construct, text) {
      const { delivery } = await port.send({ type: "construct.send", construct, text });
      const words = delivery === "with_task" ? "it gets this with its task" : "it reads this at its next turn boundary";
      return { line: `${construct}: ${words}`, facts: { construct, delivery } };
    },
  });

/** `cyberdeck interrupt`: stops what a construct does and gives it another instruction, in the same session. */
export const defineInterrupt: Define = (command, world, finish) =>
  define(command, world, finish, {
    what: "the new instruction",
    examples: interruptExamples,
    async say(port, construct, text) {
      const { successor } = await port.send({ type: "construct.interrupt", construct, text });
      return { line: `${construct}: stopped; ${successor} goes on in its place`, facts: { construct, successor } };
    },
  });

interface Speech {
  /** What stdin is read for. */
  what: string;
  examples: string;
  say: (port: Port, construct: string, text: string) => Promise<{ line: string; facts: object }>;
}

function define(command: Command, world: World, finish: (code: number) => void, { what, examples, say }: Speech): void {
  command
    .argument("<construct>", "its id, or the unique beginning of it")
    .argument("[text]", `${what}; without it, or with "-", it is read from stdin`);
  addHomeFlags(command)
    .option("--json", "write what was done as a line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string, given: string | undefined) => {
      const flags = command.optsWithGlobals<SpeakingFlags>();
      const text = await textOf(given, world, what);
      await lookUp(
        world,
        flags,
        async (port) => {
          const { line, facts } = await say(port, await findConstruct(port, name), text);
          return flags.json === true ? jsonLine(facts) : `${line}\n`;
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

/** The most bytes of a message: what is longer belongs into a file that the message names. */
const mostBytes = 65_536;

async function textOf(given: string | undefined, world: World, what: string): Promise<string> {
  const isRead = given === undefined || given === "-";
  const text = (isRead ? await readInput(world, { what, mostBytes, tooLong: () => tooLong(what) }) : given).trim();
  if (text === "")
    throw new Fault("usage", "cli.no_text", `${what} is empty`, {
      hint: 'put it in quotes after the construct, or pipe it in: echo "TEXT" | cyberdeck send ID',
    });
  if (Buffer.byteLength(text) > mostBytes) throw tooLong(what);
  return text;
}

const tooLong = (what: string): Fault =>
  new Fault("usage", "cli.text_too_long", `${what} is longer than ${mostBytes / 1024} KiB`, {
    hint: "put it into a file of the workspace and name that file",
  });

const sendExamples = `
Examples:
  cyberdeck send 1a2b "the port is 8080, not 80"
  git diff | cyberdeck send 1a2b

It is read when the construct comes to its next turn boundary, between two tool calls at the earliest; what it is doing goes on.
One that is still queued gets it together with its task. To stop it at once instead: cyberdeck interrupt
`;

const interruptExamples = `
Examples:
  cyberdeck interrupt 1a2b "leave the tests alone, write the changelog"

The call that is running is ended, and a new construct goes on in the same session with this instruction in place of the old one.
The old one ends as redirected, and the daemon is told, so that it does not start it again.
`;
