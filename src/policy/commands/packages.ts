import { knownArgument, type Argument } from "../argument.ts";
import { allowedArguments } from "../options.ts";
import { inWorkspace } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";
import type { CommandRule } from "./rule.ts";

/** Package managers: the project's own scripts, and installing into the project. */
export const packageCommands: Record<string, CommandRule> = {
  npm: manager("test t tst start", "run run-script", "install i add ci", "ls list outdated view explain"),
  pnpm: manager("test t start build lint dev typecheck format", "run", "install i add", "ls list outdated why"),
  yarn: manager("test start build lint dev typecheck format", "run", "install add", "list outdated why"),
};

const before = "-s --silent --if-present -r --recursive -ws --workspaces --include-workspace-root";
const beforeValues = "-w --workspace --filter";
const installing =
  "-D -E -P -S --save --save-dev --save-exact --save-prod --dev --exact --no-save --frozen-lockfile --immutable --no-audit " +
  "--no-fund --ignore-scripts --legacy-peer-deps --prefer-offline --offline --silent -s --omit=dev --production --force -f";

function manager(scripts: string, run: string, install: string, list: string): CommandRule {
  const is = (names: string, text: string): boolean => names.split(" ").includes(text);
  return (args, scene) => {
    const outside = inWorkspace(knownArgument("."), scene);
    if (outside !== undefined) return outside;
    const split = allowedArguments(args, { flags: `${before} --version`, values: beforeValues, inFront: true });
    if (isRefusal(split)) return split;
    const [verb, ...rest] = split.operands;
    if (verb === undefined) return undefined;
    if (verb.kind !== "known") return unlisted(verb.text);
    if (is(scripts, verb.text)) return scriptArguments(rest);
    if (is(run, verb.text)) return runScript(rest);
    if (is(install, verb.text)) return installed(rest);
    return is(list, verb.text) ? listed(rest) : unlisted(verb.text);
  };
}

const unlisted = (verb: string): Refusal =>
  refuse("packages.verb", `${verb} is not allowed here: test, run SCRIPT, ci and install NAME are.`);

function runScript(args: readonly Argument[]): Refusal | undefined {
  const split = allowedArguments(args, { flags: before, values: beforeValues, inFront: true });
  if (isRefusal(split)) return split;
  const [script, ...rest] = split.operands;
  if (script === undefined) return undefined;
  if (script.kind === "pattern" || (script.kind === "unknown" && !script.single))
    return refuse("packages.script", `run ${script.text}: write the name of the script out.`);
  return scriptArguments(rest);
}

/** npm reads options anywhere in front of `--`; what stands behind it belongs to the project's script. */
function scriptArguments(args: readonly Argument[]): Refusal | undefined {
  const end = args.findIndex((arg) => arg.kind === "known" && arg.text === "--");
  const ours = end === -1 ? args : args.slice(0, end);
  const split = allowedArguments(ours, { flags: `${before} --run`, values: beforeValues });
  return isRefusal(split)
    ? refuse("packages.option", `${split.reason} Put options of the script behind --, as in: npm test -- --bail`)
    : undefined;
}

function installed(args: readonly Argument[]): Refusal | undefined {
  const split = allowedArguments(args, { flags: installing, values: beforeValues });
  if (isRefusal(split)) return split;
  return firstRefusal(split.operands, (name) =>
    name.kind === "known" && /^(?:@[\w.-]+\/)?\w[\w.-]*(?:@[\w.^~<>=*-]+)?$/.test(name.text)
      ? undefined
      : refuse("packages.name", `${name.text} is not a package of the registry; give a NAME or NAME@VERSION.`),
  );
}

function listed(args: readonly Argument[]): Refusal | undefined {
  const split = allowedArguments(args, { flags: "--all -a --json --long -l --parseable -p", values: "--depth" });
  return isRefusal(split) ? split : undefined;
}
