import type { Command } from "commander";
import type { World } from "../world.ts";
import { defineCheck } from "./brake/check.ts";
import { defineExplain } from "./brake/explain.ts";
import { defineSet } from "./brake/set.ts";
import { defineShowRules } from "./brake/show.ts";

/** `cyberdeck brake`: what judges the tool calls of constructs. */
export function defineBrake(command: Command, world: World, finish: (code: number) => void): void {
  defineExplain(command.command("explain"), world, finish);
  defineCheck(command.command("check"), world, finish);
  defineShowRules(command.command("show"), world, finish);
  defineSet(command.command("set"), world, finish);
  command.addHelpText("after", examples);
}

const examples = `
Examples:
  cyberdeck brake explain 'git push --force'
  cyberdeck brake show
  cyberdeck brake check --misses < cases.ndjson
  cyberdeck brake set paranoid
`;
