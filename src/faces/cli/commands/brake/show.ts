import type { Command } from "commander";
import { oneLine } from "../../../../base/text.ts";
import type { RuleLine } from "../../../../protocol/brake-case.ts";
import { tiers, type Tier } from "../../../../protocol/verdict.ts";
import { exitCode } from "../../exit.ts";
import { addPolicyFlag, deckHomeOf, type BrakeFlags } from "../../flags/brake-flags.ts";
import { tierOf, words } from "../../flags/values.ts";
import { jsonLine } from "../../json-lines.ts";
import type { Style } from "../../../words/style.ts";
import { painter, wantsColor } from "../../paint.ts";
import type { Piece } from "../../pieces.ts";
import { sink } from "../../sink.ts";
import { tableLines } from "../../table.ts";
import { columnsOf, type World } from "../../world.ts";

interface ShowFlags extends BrakeFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck brake show`: the rules in force, and where each comes from. */
export function defineShowRules(command: Command, world: World, finish: (code: number) => void): void {
  command.description("list the rules in force and where each comes from");
  addPolicyFlag(command)
    .option("--tier <tier>", `of this tier alone: ${tiers.join(", ")} (default: all)`, tierOf("--tier"))
    .option("-w, --workspace <dir>", "the workspace of the deck (default: the current directory)", words("-w", "."))
    .option("--json", "write each rule as a line of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<ShowFlags>();
      const brake = await world.openBrake(deckHomeOf(flags, world));
      const shown = (flags.tier === undefined ? tiers : [flags.tier]).map((tier) => ({
        tier,
        rules: brake.rules(tier),
      }));
      const columns = columnsOf(world.stdout);
      const paint = painter(wantsColor(world, world.stdout, flags.color));
      const out = sink(world.stdout);
      for (const { tier, rules } of shown) {
        const lines = rules.map((rule) => jsonLine({ ...rule, tier }));
        const table = { titles: ["VERDICT", "RULE", "FROM", "ABOUT"], rows: rules.map(rowOf), right: [] };
        const page = `${paint("strong", tier)} ${remarks[tier]}\n${tableLines(table, columns, paint).join("\n")}\n\n`;
        await out.write(flags.json === true ? lines.join("") : page);
      }
      await out.flush();
      finish(exitCode.done);
    });
}

const remarks: Record<Tier, string> = {
  paranoid: "(the first rule that fits an effect decides; what none fits is denied)",
  default: "(the first rule that fits an effect decides; what none fits is denied)",
  yolo: "(everything is allowed and recorded)",
};

const styles: Record<RuleLine["verdict"], Style> = { allow: "good", hold: "warning", deny: "bad" };

const rowOf = ({ verdict, rule, from, about }: RuleLine): Piece[] => [
  { text: verdict, style: styles[verdict] },
  { text: oneLine(rule, 60) },
  { text: oneLine(from.replace(/^.*\//, ""), 40), style: from === "shipped" ? "faint" : "strong" },
  { text: oneLine(about, 400) },
];

const examples = `
Examples:
  cyberdeck brake show --tier default
  cyberdeck brake show --json | jq -r 'select(.from != "shipped") | .rule'

Rules are changed in policy.toml of the deck's folder; docs/policy.md has an example.
`;
