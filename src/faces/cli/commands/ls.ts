import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import { isEnded, summaryOf } from "../../../protocol/view.ts";
import { constructTable } from "../construct-table.ts";
import { exitCode } from "../exit.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { openViews } from "../open-run.ts";
import type { World } from "../world.ts";

interface LsFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  all?: boolean;
}

/** `cyberdeck ls`: the constructs of the open runs, those that have not ended. */
export function defineLs(command: Command, world: World, finish: (code: number) => void): void {
  addHomeFlags(command)
    .option("-a, --all", "also those that have ended")
    .option("--json", "write each construct as a line of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<LsFlags>();
      await lookUp(
        world,
        flags,
        async (port, { columns, paint }) => {
          const runs = (await openViews(port)).map((view) => ({
            view,
            constructs: Object.values(view.constructs).filter((one) => flags.all === true || !isEnded(one)),
          }));
          if (flags.json === true)
            return runs
              .flatMap(({ view: { run }, constructs }) =>
                constructs.map(({ id, state, task, activity, costUsd, place, unheard }) =>
                  jsonLine({
                    run,
                    construct: id,
                    state,
                    task,
                    activity,
                    cost_usd: costUsd,
                    place,
                    unheard_since: unheard?.since ?? null,
                    unheard: unheard?.why ?? null,
                  }),
                ),
              )
              .join("");
          if (runs.length === 0) return "No run is open.\n";
          return runs
            .map(({ view, constructs }) => {
              const title = `${view.run}  ${view.status}  ${oneLine(summaryOf(view).goal.slice(0, 400), 60)}`;
              const lines =
                constructs.length === 0
                  ? ["no construct is queued or at work"]
                  : constructTable(constructs, columns, paint);
              return `${[title, ...lines].join("\n")}\n`;
            })
            .join("\n");
        },
        "either",
      );
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck ls
  cyberdeck ls --all --json | jq -r 'select(.state == "held") | .construct'
  cyberdeck ls --json | jq -r 'select(.unheard != null) | "\\(.construct) on \\(.place)"'

"not heard" beside a node: it is silent just now. If its lease runs out before it comes back, its constructs go on elsewhere. "link down": no node
can be heard, as the way to their hub is down. "cyberdeck nodes" tells more.
`;
