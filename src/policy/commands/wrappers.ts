import type { Argument } from "../argument.ts";
import { allowedArguments, type AllowedOptions } from "../options.ts";
import { isRefusal, refuse, firstRefusal, type Refusal } from "../refusal.ts";
import { assignable } from "../variables.ts";

/** The command inside a wrapper. Without a name, the wrapper does nothing that matters by itself. */
export interface Wrapped {
  name: Argument | undefined;
  args: readonly Argument[];
}

/** Looks inside `timeout`, `nice`, `time`, `env`, `command` and `export`; undefined when the name is no wrapper. */
export function unwrap(name: string, args: readonly Argument[]): Wrapped | Refusal | undefined {
  switch (name) {
    case "timeout":
      return timeout(args);
    case "nice":
      return behind(args, { flags: "-#", values: "-n --adjustment" });
    case "time":
      return behind(args, { flags: "-p -v --portability --verbose", values: "-f --format" });
    case "env":
      return environment(args);
    case "command":
      return command(args);
    case "export":
      return exported(args);
    default:
      return undefined;
  }
}

function behind(args: readonly Argument[], allowed: AllowedOptions): Wrapped | Refusal {
  const split = allowedArguments(args, { ...allowed, inFront: true });
  return isRefusal(split) ? split : { name: split.operands[0], args: split.operands.slice(1) };
}

function timeout(args: readonly Argument[]): Wrapped | Refusal {
  const split = allowedArguments(args, {
    flags: "-v --foreground --preserve-status --verbose",
    values: "-k -s --kill-after --signal",
    inFront: true,
  });
  if (isRefusal(split)) return split;
  const [duration, name, ...rest] = split.operands;
  if (duration?.kind !== "known" || !/^\d+(?:\.\d+)?[smhd]?$/.test(duration.text) || name === undefined)
    return refuse("timeout.form", "Write it as: timeout SECONDS COMMAND …");
  return { name, args: rest };
}

function environment(args: readonly Argument[]): Wrapped | Refusal {
  const split = allowedArguments(args, { flags: "-i --ignore-environment", values: "-u --unset", inFront: true });
  if (isRefusal(split)) return split;
  const commandAt = split.operands.findIndex((arg) => !/^[^/]*=/.test(arg.prefix));
  const settings = commandAt === -1 ? split.operands : split.operands.slice(0, commandAt);
  const steering = firstRefusal(settings, (arg) => assignable(arg.prefix.slice(0, arg.prefix.indexOf("="))));
  if (steering !== undefined) return steering;
  const split2 = settings.find((arg) => !arg.single);
  if (split2 !== undefined) return refuse("variable.unquoted", `env ${split2.text}: put the value in double quotes.`);
  return commandAt === -1
    ? { name: undefined, args: [] }
    : { name: split.operands[commandAt], args: split.operands.slice(commandAt + 1) };
}

function command(args: readonly Argument[]): Wrapped | Refusal {
  if (args[0]?.kind === "known" && /^-[vV]$/.test(args[0].text)) return { name: undefined, args: [] };
  return behind(args, {});
}

function exported(args: readonly Argument[]): Wrapped | Refusal {
  const refusal = firstRefusal(args, (arg) => {
    const name = arg.text.split("=", 1)[0] ?? "";
    if (arg.kind !== "known") return refuse("variable.name", `export ${arg.text}: write the name of the variable out.`);
    return assignable(name);
  });
  return refusal ?? { name: undefined, args: [] };
}
