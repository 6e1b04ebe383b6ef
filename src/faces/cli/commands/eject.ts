import { count } from "../../../base/units.ts";
import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import type { Replies } from "../../../host/port.ts";

import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags, addRunFlag } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface EjectFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  reason?: string;
}

/** `cyberdeck eject`: stops everything in the open runs at once, proves it, and keeps a snapshot. */
export function defineEject(command: Command, world: World, finish: (code: number) => void): void {
  command.option("--reason <text>", "why, for the record");
  addRunFlag(addHomeFlags(command))
    .option("--json", "write what was done as a line of JSON for each run")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<EjectFlags>();
      let code: number = exitCode.failed;
      await lookUp(
        world,
        flags,
        async (port) => {
          const { runs } = await port.send({ type: "eject", reason: flags.reason?.trim() ?? "" });
          if (runs.every(({ proven, snapshot }) => proven && snapshot !== null)) code = exitCode.done;
          return runs.map((done) => (flags.json === true ? jsonLine(done) : summary(done))).join("");
        },
        "deck",
      );
      finish(code);
    });
}

function summary(done: Replies["eject"]["runs"][number]): string {
  const took = done.steps.find(({ step }) => step === "proof");
  const lines = [
    `${done.run}: ${count(done.at_work, "construct")} stopped, ${done.queued} taken off the queue`,
    done.proven
      ? `nothing is left: ${done.looks.length} looks for ${count(done.marks, "mark")}, in ${took?.ms ?? 0} ms`
      : `NOT PROVEN: ${whyUnproven(done)}`,
    ...done.survivors.map(({ pid, command }) => `  ${pid} ${oneLine(command, 100)}`),
    ...done.problems.map((problem) => `problem: ${oneLine(problem, 200)}`),
    done.snapshot === null
      ? "the snapshot could not be written; the record has what there is"
      : `snapshot: ${done.snapshot}`,
    `to go on: cyberdeck run --resume ${done.run}`,
  ];
  return `${lines.join("\n")}\n`;
}

function whyUnproven({ survivors, elsewhere }: Replies["eject"]["runs"][number]): string {
  if (survivors.length > 0) return "these are still alive:";
  return elsewhere.length > 0
    ? "some were on other machines that do not tell"
    : "the processes of this machine cannot be looked at";
}

const examples = `
Examples:
  cyberdeck eject
  cyberdeck eject --run a1b2 --reason "it writes into the wrong folder"

No construct starts any more and no call gets through; then everything that the open runs (or the one that is named) have started is killed, it is proven that
nothing of it is alive, and a snapshot is written into the run folder. The exit code is 0 only when all of that is so.
`;
