import type { Command } from "commander";
import { systemClock } from "../../../base/clock.ts";
import type { HoldAnswer } from "../../../protocol/hold.ts";
import { exitCode } from "../exit.ts";
import { findHold, openHolds } from "../find-hold.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { holdPage, holdWindow } from "../hold-page.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface HoldFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  pattern?: boolean;
  note?: string;
  kill?: boolean;
}

/** `cyberdeck hold`: the calls that wait for the netrunner, from another terminal than the run's. */
export function defineHold(command: Command, world: World, finish: (code: number) => void): void {
  command.addHelpText("after", examples);
  defineList(command.command("list", { isDefault: true }).description("show what waits for you"), world, finish);
  defineAllow(command.command("allow").description("let a held call run"), world, finish);
  defineDeny(command.command("deny").description("keep a held call from running"), world, finish);
}

function defineList(command: Command, world: World, finish: (code: number) => void): void {
  addHomeFlags(command)
    .option("--json", "write each hold as a line of JSON")
    .action(async () => {
      const flags = command.optsWithGlobals<HoldFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          const holds = await openHolds(port);
          const now = systemClock.now();
          if (flags.json === true)
            return holds
              .map((hold) => ({ ...hold, remaining_ms: hold.deadline === null ? null : hold.deadline - now }))
              .map(jsonLine)
              .join("");
          if (holds.length === 0) return "No call waits for you.\n";
          const pages = holds.map((hold) => [`${hold.hold} · ${holdWindow(hold, now)}`, ...holdPage(hold)].join("\n"));
          return `${pages.join("\n\n")}\n`;
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

function defineAllow(command: Command, world: World, finish: (code: number) => void): void {
  // Never "the only one that waits": it may be another one than the netrunner has looked at.
  command.argument("<id>", "the hold: its id, or the unique beginning of it");
  addHomeFlags(command)
    .option("--pattern", "also allow what differs in numbers only, for this construct, from now on")
    .option("--json", "write the answer as a line of JSON")
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<HoldFlags>();
      await answer(world, flags, name, flags.pattern === true ? "allow_pattern" : "allow");
      finish(exitCode.done);
    });
}

function defineDeny(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[id]", "the hold: its id, or the unique beginning of it; not needed when only one call waits");
  addHomeFlags(command)
    .option("--note <text>", "what to tell the model", words("--note", '"use the other folder"'))
    .option("--kill", "end the construct as well")
    .option("--json", "write the answer as a line of JSON")
    .action(async (name: string | undefined) => {
      const flags = command.optsWithGlobals<HoldFlags>();
      await answer(world, flags, name, flags.kill === true ? "kill" : "deny");
      finish(exitCode.done);
    });
}

const answer = (world: World, flags: HoldFlags, name: string | undefined, said: HoldAnswer): Promise<void> =>
  lookUp(
    world,
    flags,
    async (port) => {
      const hold = await findHold(port, name);
      const note = flags.note === undefined ? {} : { note: flags.note };
      await port.send({ type: "hold.answer", hold, answer: said, ...note });
      return flags.json === true ? jsonLine({ hold, answer: said, ...note }) : `${hold}: ${done[said]}\n`;
    },
    "deck",
  );

const done: Record<HoldAnswer, string> = {
  allow: "allowed once",
  allow_pattern: "allowed, with its pattern, for this construct",
  deny: "denied",
  kill: "denied, and its construct is ended",
};

const examples = `
Examples:
  cyberdeck hold list
  cyberdeck hold allow hd-1a2b3c4d
  cyberdeck hold allow 1a2b --pattern
  cyberdeck hold deny --note "ask before you push"
  cyberdeck hold deny 1a2b --kill
  cyberdeck hold list --json | jq -r '.hold + " " + .input'

It speaks to the deck that runs in this workspace. An answer that comes too late is told so, with exit code 1.
`;
