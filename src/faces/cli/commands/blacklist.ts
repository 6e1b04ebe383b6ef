import type { Command } from "commander";
import { inert, oneLine } from "../../../base/text.ts";
import type { Port } from "../../../host/port.ts";
import type { BlacklistEntry } from "../../../protocol/blacklist.ts";
import { moment } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import { findEntry, findRefused, refusedTasks } from "../find-forbidden.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags, addRunFlag } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface BlacklistFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  reason?: string;
}

/** `cyberdeck blacklist`: the work that is forbidden in this home, whoever asks for it. */
export function defineBlacklist(command: Command, world: World, finish: (code: number) => void): void {
  command.addHelpText("after", examples);
  /** One verb of it: what it says, once its arguments are read. */
  const define = (
    name: string,
    summary: string,
    carryOut: (flags: BlacklistFlags, argument: string) => Promise<void>,
  ): Command => {
    const verb = command.command(name, { isDefault: name === "list" }).description(summary);
    return addRunFlag(addHomeFlags(verb))
      .option("--json", "write the result as lines of JSON")
      .action(async (...given: unknown[]) => {
        const argument = typeof given[0] === "string" ? given[0] : "";
        await carryOut(verb.optsWithGlobals<BlacklistFlags>(), argument);
        finish(exitCode.done);
      });
  };

  define("list", "show what is forbidden, and what the open run was refused", (flags) =>
    lookUp(world, flags, (port) => listText(port, flags), "either"),
  );
  define("add", "forbid a task, in whatever words it comes", (flags, task) =>
    lookUp(world, flags, (port) => addText(port, task, flags), "home"),
  )
    .argument(
      "<task>",
      "the work, in quotes, as a construct would be told",
      words("the task", '"drop the table users"'),
    )
    .option("--reason <text>", "why, for the daemon and for later", words("--reason", '"it is used by production"'));
  define("remove", "allow again what was forbidden", (flags, id) =>
    lookUp(world, flags, (port) => removeText(port, id, flags), "home"),
  ).argument("<id>", "the entry: its id, or the unique beginning of it");
  define("allow", "let one refused task of the open run through, and leave it forbidden otherwise", (flags, part) =>
    lookUp(world, flags, (port) => allowText(port, part, flags), "deck"),
  ).argument("<text>", "a part of the task that only that one has");
}

async function listText(port: Port, flags: BlacklistFlags): Promise<string> {
  const { entries } = await port.send({ type: "blacklist.list" });
  const refused = await refusedTasks(port);
  if (flags.json === true)
    return [...entries.map((entry) => jsonLine(entry)), ...refused.map((task) => jsonLine({ refused: task }))].join("");
  const lines = entries.length === 0 ? ["Nothing is forbidden in this home."] : entries.flatMap(entryLines);
  if (refused.length > 0)
    lines.push("", "Refused in the open run (cyberdeck blacklist allow TEXT lets one through):", ...refused.map(item));
  return `${lines.join("\n")}\n`;
}

async function addText(port: Port, task: string, flags: BlacklistFlags): Promise<string> {
  const { entry } = await port.send({ type: "blacklist.add", task, reason: flags.reason ?? "" });
  return flags.json === true ? jsonLine(entry) : `forbidden as ${entry.id}, in whatever words\n`;
}

async function removeText(port: Port, name: string, flags: BlacklistFlags): Promise<string> {
  const { entry } = await port.send({ type: "blacklist.remove", id: await findEntry(port, name) });
  return flags.json === true ? jsonLine(entry) : `${entry.id} is not forbidden any more: ${oneLine(entry.task, 200)}\n`;
}

async function allowText(port: Port, part: string, flags: BlacklistFlags): Promise<string> {
  const task = await findRefused(port, part);
  await port.send({ type: "blacklist.allow", task });
  return flags.json === true ? jsonLine({ allowed: task }) : `the daemon may start it now: ${oneLine(task, 200)}\n`;
}

const entryLines = ({ id, added_at, reason, construct, task }: BlacklistEntry): string[] => [
  [oneLine(id, 20), moment(added_at), ...(construct === null ? [] : [oneLine(construct, 20)]), oneLine(reason, 200)]
    .filter((part) => part !== "")
    .join(" · "),
  ...inert(task)
    .split("\n")
    .map((line) => `  ${line}`),
];

const item = (task: string): string => `- ${oneLine(task, 300)}`;

const examples = `
Examples:
  cyberdeck blacklist add "Force-push the branch main" --reason "others work on it"
  cyberdeck blacklist list --json | jq -r .task
  cyberdeck blacklist remove bl-1a2b
  cyberdeck blacklist allow "the branch main"

What is forbidden is refused for the daemon and for you, in other words too; what may be the same is refused as well, and you are asked.
Your own "cyberdeck spawn" goes on with --override-blacklist.
`;
