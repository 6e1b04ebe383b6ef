import type { Command } from "commander";
import { inert } from "../../../base/text.ts";
import type { AccountHold } from "../../../protocol/account.ts";
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
    .option("--json", "write the hold as a line of JSON; null when there is none")
    .addHelpText("after", examples)
    .action(async (wish: Wish) => {
      const flags = command.optsWithGlobals<AccountFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          const { hold } = await port.send({ type: wish === "release" ? "account.release" : "account.status" });
          if (flags.json === true) return jsonLine({ hold, released: wish === "release" && hold !== null });
          return wish === "release" ? releaseText(hold) : statusText(hold);
        },
        wish === "release" ? "home" : "either",
      );
      finish(exitCode.done);
    });
}

function statusText(hold: AccountHold | null): string {
  if (hold === null) return "nothing holds the agents of this deck up\n";
  const { reason, since, retry_at, tries, evidence } = hold;
  const again = retry_at === null ? "only you can end it: cyberdeck account release" : moment(retry_at);
  const tried = tries === 0 ? "" : `, tried ${tries === 1 ? "once" : `${tries} times`} in vain`;
  return [
    `held: ${reason}`,
    `since: ${moment(since)}${tried}`,
    `next try: ${again}`,
    ...evidence.map((line) => `  ${line}`),
    "",
  ]
    .map(inert)
    .join("\n");
}

const releaseText = (hold: AccountHold | null): string =>
  hold === null
    ? "there was nothing to release\n"
    : `released: ${inert(hold.reason)}\nagents begin again, one by one; if it is not over, it is held anew\n`;

const examples = `
Examples:
  cyberdeck account
  cyberdeck account release
  cyberdeck account --json | jq .hold.retry_at

At a usage limit, an overload of the provider or a login that is not accepted, no agent begins; what was at work waits with its
turn and goes on in its session. After the time that the provider names, one tries; when that works, the others follow one by one.
`;
