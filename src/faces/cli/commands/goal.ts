import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { inert } from "../../../base/text.ts";
import type { Port } from "../../../host/port.ts";
import type { RunView } from "../../../protocol/view.ts";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { addHomeFlags, addRunFlag, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface GoalFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck goal`: what a run is to reach. */
export function defineGoal(command: Command, world: World, finish: (code: number) => void): void {
  const show = command.command("show", { isDefault: true }).description("show the goal of a run");
  show.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(show)
    .option("--json", "write it as a line of JSON")
    .action(async (name: string) => {
      const flags = show.optsWithGlobals<GoalFlags>();
      await lookUp(world, flags, async (port) => goalText(await viewOf(port, name), flags.json === true), "either");
      finish(exitCode.done);
    });
  const edit = command.command("edit").description("give an open run another goal");
  edit.argument("<text>", "the new goal, in quotes", words("the goal", '"count the lines of src/ instead"'));
  addRunFlag(addHomeFlags(edit))
    .option("--json", "write the change as a line of JSON")
    .action(async (text: string) => {
      const flags = edit.optsWithGlobals<GoalFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          const goal = text.trim();
          const { from } = await port.send({ type: "goal.edit", goal });
          return flags.json === true
            ? jsonLine({ from, to: goal })
            : "the daemon is told the old and the new one in its next turn\n";
        },
        "deck",
      );
      finish(exitCode.done);
    });
  command.addHelpText("after", examples);
}

async function viewOf(port: Port, name: string): Promise<RunView> {
  const { view } = await port.send({ type: "run.show", run: await findRun(port, name) });
  if (view.kind === "goal") return view;
  throw new Fault("usage", "goal.none", `${view.run} has tasks and no goal`, {
    hint: `look at them: cyberdeck show ${view.run}`,
  });
}

const goalText = ({ run, goal, status }: RunView, isJson: boolean): string =>
  isJson ? jsonLine({ run, goal, status }) : `${inert(goal)}\n`;

const examples = `
Examples:
  cyberdeck goal
  cyberdeck goal show a1b2 --json
  cyberdeck goal edit "only the files of src/, not those of test/"

The daemon decides what of the work in flight still serves the new goal, and the rules for this goal are written anew.
`;
