import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { TripwireLine, TripwireTrial } from "../../../protocol/tripwire.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags, addRunFlag } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { tripwireTable, trialText } from "../show/tripwire-pages.ts";
import type { World } from "../world.ts";

interface TripwireFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  yes?: boolean;
  tool?: string;
  input?: string;
}

/** `cyberdeck tripwires`: the rules over what constructs do. Asked of the running deck where there is one. */
export function defineTripwires(command: Command, world: World, finish: (code: number) => void): void {
  const sub = (name: string, description: string): Command =>
    addRunFlag(addHomeFlags(command.command(name, { isDefault: name === "list" }).description(description))).option(
      "--json",
      "write JSON",
    );
  const flagsOf = (of: Command): TripwireFlags => of.optsWithGlobals<TripwireFlags>();

  const list = sub("list", "list the tripwires: name, severity, what they watch, whether they are muted");
  list.action(async () => {
    const flags = flagsOf(list);
    await lookUp(
      world,
      flags,
      async (port, page) => {
        const { rules } = await port.send({ type: "tripwires.list" });
        return flags.json === true
          ? rules.map((rule) => jsonLine(flatLine(rule))).join("")
          : tripwireTable(rules, page);
      },
      "either",
    );
    finish(exitCode.done);
  });

  const test = sub("test", "say which tripwires would fire on a call; nothing runs")
    .argument("[command]", "a shell command, in quotes")
    .option("--tool <name>", "another tool than Bash, with its --input", words("--tool", "Write"))
    .option("--input <json>", "the tool's input", words("--input", `'{"file_path": "/etc/motd"}'`));
  test.action(async (line: string | undefined) => {
    const flags = flagsOf(test);
    const call = callOf(line, flags);
    await lookUp(
      world,
      flags,
      async (port, page) => {
        const trial: TripwireTrial = await port.send({ type: "tripwires.test", ...call });
        return flags.json === true ? jsonLine(trial) : trialText(trial, page);
      },
      "either",
    );
    finish(exitCode.done);
  });

  const change = (of: Command, muted: boolean): void => {
    of.argument("<name>", "the tripwire, as `tripwires list` names it").action(async (name: string) => {
      const flags = flagsOf(of);
      await lookUp(
        world,
        flags,
        async (port) => {
          await port.send({ type: "tripwires.mute", name, muted, confirmed: flags.yes === true });
          return flags.json === true ? jsonLine({ name, muted }) : `${name} is ${muted ? "muted" : "on again"}.\n`;
        },
        "either",
      );
      finish(exitCode.done);
    });
  };
  change(
    sub("mute", "let a tripwire pass, now and after a restart").option("--yes", "also one that is critical"),
    true,
  );
  change(sub("unmute", "let a muted tripwire fire again"), false);
  command.addHelpText("after", examples);
}

function callOf(line: string | undefined, flags: TripwireFlags): { tool: string; input: unknown } {
  const { tool, input } = flags;
  if (input === undefined && tool === undefined && line !== undefined)
    return { tool: "Bash", input: { command: line } };
  if (line !== undefined || input === undefined)
    throw new Fault("usage", "cli.no_call", "there is no one call to look at", {
      hint: `give a command: cyberdeck tripwires test 'reboot'; or a tool and its input: --tool Write --input '{"file_path": "a.txt"}'`,
    });
  return { tool: tool ?? "Bash", input: parsed(input) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("usage", "cli.bad_json", "--input is not JSON", {
      cause,
      hint: `put it in single quotes, as in --input '{"command": "ls"}'`,
    });
  }
}

const flatLine = ({ name, severity, origin, watches, state, message }: TripwireLine): Record<string, unknown> => ({
  name,
  severity,
  origin,
  watches,
  state,
  message,
});

const examples = `
Examples:
  cyberdeck tripwires list
  cyberdeck tripwires test 'psql -c "DROP TABLE plants"'
  cyberdeck tripwires test --tool Write --input '{"file_path": "/etc/motd", "content": "x"}'
  cyberdeck tripwires mute same-failure
  cyberdeck tripwires mute host-restart --yes
`;
