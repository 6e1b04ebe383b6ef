import type { Command } from "commander";
import { inert } from "../../../base/text.ts";
import type { AccountHold, AccountHolds } from "../../../protocol/account.ts";
import { moment } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { choiceOf } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface AccountFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

const wishes = ["status", "release"] as const;
type Wish = (typeof wishes)[number];

/** `cyberdeck account`: what holds all agents up, and letting them go on. */
export function defineAccount(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[status|release]", "what to do", choiceOf("account", wishes), "status");
  addHomeFlags(command)
    .option("--json", "write what is held as a line of JSON")
    .addHelpText("after", examples)
    .action(async (wish: Wish) => {
      const flags = command.optsWithGlobals<AccountFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          const holds = await port.send({ type: wish === "release" ? "account.release" : "account.status" });
          const all = allOf(holds);
          if (flags.json === true) return jsonLine({ ...holds, released: wish === "release" && all.length > 0 });
          return wish === "release" ? releaseText(all) : statusText(holds);
        },
        wish === "release" ? "home" : "either",
      );
      finish(exitCode.done);
    });
}

const allOf = ({ hold, on_nodes: onNodes = [] }: AccountHolds): AccountHold[] => [
  ...(hold === null ? [] : [hold]),
  ...onNodes,
];

function statusText(holds: AccountHolds): string {
  const all = allOf(holds);
  if (all.length === 0) return "nothing holds the agents of this deck up\n";
  const others = holds.hold === null ? "the others are not held up\n" : "";
  return all.map((hold) => holdText(hold, hold === holds.hold)).join("") + others;
}

function holdText(hold: AccountHold, isOfAll: boolean): string {
  const { reason, since, retry_at, tries, evidence } = hold;
  const again = retry_at === null ? "only you can end it: cyberdeck account release" : moment(retry_at);
  const tried = tries === 0 ? "" : `, tried ${tries === 1 ? "once" : `${tries} times`} in vain`;
  return [
    `${isOfAll ? "held" : `held on ${hold.place ?? "this machine"} only`}: ${reason}`,
    `since: ${moment(since)}${tried}`,
    `next try: ${again}`,
    ...evidence.map((line) => `  ${line}`),
    "",
  ]
    .map(inert)
    .join("\n");
}

const releaseText = (holds: readonly AccountHold[]): string =>
  holds.length === 0
    ? "there was nothing to release\n"
    : [
        ...holds.map(({ reason }) => `released: ${inert(reason)}`),
        "agents begin again, one by one; if it is not over, it is held anew\n",
      ].join("\n");

const examples = `
Examples:
  cyberdeck account
  cyberdeck account release
  cyberdeck account --json | jq .hold.retry_at

At a usage limit, an overload of the provider or a login that is not accepted, no agent begins; what was at work waits with its
turn and goes on in its session. After the time that the provider names, one tries; when that works, the others follow one by one.
A node has a login of its own: what is known to be of that one alone holds nobody else up.
`;
