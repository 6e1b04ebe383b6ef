import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import type { KnownCalibers, Model } from "../../../protocol/models.ts";
import { moment } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addAgentFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import type { Page } from "../look-up.ts";
import { lookUp } from "../look-up.ts";
import type { Piece } from "../pieces.ts";
import { tableLines } from "../table.ts";
import type { World } from "../world.ts";

interface CalibersFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  refresh?: boolean;
}

/** `cyberdeck calibers`: the models that constructs can run on. */
export function defineCalibers(command: Command, world: World, finish: (code: number) => void): void {
  addAgentFlags(command)
    .option("--refresh", "ask the agent now, whatever it said before")
    .option("--json", "write each model as a line of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<CalibersFlags>();
      const { refresh = false, json = false } = flags;
      await lookUp(
        world,
        flags,
        async (port, page) => {
          const known = await port.send({ type: "calibers.list", refresh });
          return json ? jsonOf(known) : pageOf(known, page);
        },
        "either",
      );
      finish(exitCode.done);
    });
}

function pageOf(known: KnownCalibers, { columns, paint }: Page): string {
  const titles = ["MODEL", "STANDS FOR", "EFFORTS", "$ IN", "$ OUT", "FAST", "WHAT FOR"];
  const lines = tableLines({ titles, rows: known.models.map(rowOf), right: [3, 4] }, columns, paint);
  const warnings = known.warnings.map(({ message }) => paint("warning", `warning: ${oneLine(message, 400)}`));
  return `${[...lines, "", sourceOf(known), ...warnings].join("\n")}\n`;
}

function rowOf({ value, resolved, efforts, price, fast, description }: Model): Piece[] {
  return [
    { text: oneLine(value, 40), style: "strong" },
    { text: resolved === null || resolved === value ? "-" : oneLine(resolved, 40) },
    { text: efforts.length === 0 ? "-" : efforts.join(" ") },
    { text: price === null ? "?" : String(price.input) },
    { text: price === null ? "?" : String(price.output) },
    { text: fast === null ? "?" : fast ? "yes" : "no" },
    { text: oneLine(description, 120) },
  ];
}

/** Where the list comes from, and what its columns mean. */
function sourceOf({ from, version, asked_at }: KnownCalibers): string {
  const agent = version === null ? "the agent" : `Claude Code ${oneLine(version, 40)}`;
  const when = asked_at === null ? "" : `, asked ${moment(asked_at)}`;
  const source = {
    agent: `from ${agent}${when}`,
    cache: `from ${agent}${when} (--refresh asks it anew)`,
    fallback: "the agent was not heard: these are the names that every version of it knows",
  }[from];
  return `${source}\nUS dollars for a million tokens; fast mode counts twice that. Full names (claude-…) can be given too, and name[1m] for a long context.`;
}

const jsonOf = ({ models, ...source }: KnownCalibers): string =>
  models
    .map((model) => jsonLine({ ...model, agent_version: source.version, from: source.from, asked_at: source.asked_at }))
    .join("");

const examples = `
Examples:
  cyberdeck calibers
  cyberdeck calibers --refresh
  cyberdeck run --model 'opus[4.6]' --effort xhigh "a goal"
  cyberdeck calibers --json | jq -r 'select(.fast) | .value'

A deck that runs in this workspace answers for its own agent; without one, the agent is asked once for each version of it.
`;
