import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { chainPage } from "../show/chain-page.ts";
import { eventPage, flatShown } from "../show/event-page.ts";
import { flatRun } from "../show/flat-run.ts";
import { runPage } from "../show/run-page.ts";
import type { World } from "../world.ts";

interface ShowFlags extends DeckFlags {
  json?: boolean;
  event?: number;
  chain?: boolean;
  color: boolean;
}

/** `cyberdeck show`: everything about one run that fits on a page. */
export function defineShow(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(command)
    .option(
      "--event <seq>",
      "show one event in full, with its neighbours: what an answer of the watchdog cites",
      readSeq,
    )
    .option("--chain", "with --event: what belongs with it, from the goal to the outcome")
    .option("--json", "write the run, or the event, as one line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<ShowFlags>();
      const { event: seq, json = false } = flags;
      if (seq === undefined && flags.chain === true)
        throw new Fault("usage", "cli.chain_alone", "--chain is about one event", {
          hint: "name it: cyberdeck show last --event 123 --chain",
        });
      await lookUp(world, flags, async (port, page) => {
        const { view } = await port.send({ type: "run.show", run: await findRun(port, name) });
        if (seq === undefined) return json ? jsonLine(flatRun(view)) : runPage(view, page.columns, page.paint);
        if (flags.chain === true) return chainPage(port, view.run, seq, json);
        const shown = await port.send({ type: "event.show", run: view.run, seq });
        return json ? jsonLine(flatShown(shown)) : eventPage(shown, view.openedAt, page);
      });
      finish(exitCode.done);
    });
}

/** Also as it stands in an answer: [123]. */
function readSeq(text: string): number {
  const seq = Number(/^\[?(\d{1,15})\]?$/.exec(text.trim())?.[1] ?? 0);
  if (seq > 0) return seq;
  throw new Fault("usage", "cli.bad_event", `"${oneLine(text, 40)}" is not the number of an event`, {
    hint: "an answer cites events as [123]: cyberdeck show last --event 123",
  });
}

const examples = `
Examples:
  cyberdeck show
  cyberdeck show a1b2
  cyberdeck show last --event 123
  cyberdeck show last --json | jq '.constructs[] | {id, state, cause}'
`;
