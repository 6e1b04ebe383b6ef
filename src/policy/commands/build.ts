import { knownArgument, type Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { allowedArguments, type SplitArguments } from "../options.ts";
import { inWorkspace } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";
import { writable } from "../writing.ts";
import type { CommandRule } from "./rule.ts";

/** Build and test tools and interpreters, on files of the workspace. They run the project's code, whatever that does. */
export const buildCommands: Record<string, CommandRule> = {
  node: interpreter({
    alone: "-v --version --test",
    flags:
      "--test --test-only --check -c --no-warnings --enable-source-maps --experimental-strip-types --trace-warnings",
    values: "--test-name-pattern --test-concurrency --test-timeout --max-old-space-size",
  }),
  python: interpreter({ alone: "-V --version", flags: "-u -B -I -E -s", values: "" }, pythonModules()),
  python3: interpreter({ alone: "-V --version", flags: "-u -B -I -E -s", values: "" }, pythonModules()),
  tsc: tool({
    flags: "--noEmit --pretty --skipLibCheck --strict --version -v -b --build --listFiles",
    paths: "-p --project",
  }),
  vitest: tool({
    words: "run watch related",
    flags: "--run --coverage --update -u --passWithNoTests --no-coverage --no-color --version",
    values: "-t --testNamePattern --bail --maxWorkers --testTimeout --retry",
    names: "--reporter",
  }),
  eslint: tool({
    flags: "--fix --quiet --cache --no-cache --color --no-color --version -v --fix-dry-run",
    values: "--ext --max-warnings",
    names: "-f --format",
  }),
  prettier: tool({
    flags: "--check -c --write -w -l --list-different --version --ignore-unknown -u --no-color",
    values: "--log-level --tab-width --print-width",
  }),
  pytest: tool(pytestRules()),
  go: tool({
    words: "build test vet version",
    first: true,
    flags: "-v -race -short -cover -x -n -a -failfast -json -bench",
    values: "-run -count -timeout -tags -parallel -cpu -skip",
    outputs: "-o -coverprofile",
  }),
  cargo: tool({
    words: "build test check clippy fmt version",
    first: true,
    flags:
      "--release -r --all --workspace --all-targets --all-features --no-default-features --no-run --no-fail-fast -q -v -vv " +
      "--quiet --verbose --lib --bins --tests --doc --examples --locked --offline --frozen --check --keep-going",
    values: "-p --package --features -F --bin --test --example -j --jobs --exclude --message-format --color",
    free: true,
  }),
  make: tool({
    targets: true,
    flags: "-k -s -B -n -i -w --silent --dry-run --always-make --keep-going -j",
    values: "-j",
    paths: "-C -f --directory --file --makefile",
  }),
};

interface ToolRules {
  /** Words that are no paths: subcommands. With `first`, one of them must come first. */
  words?: string;
  first?: boolean;
  flags?: string;
  values?: string;
  /** Options whose value is a file or folder of the workspace. */
  paths?: string;
  /** Options whose value is a file that is written. */
  outputs?: string;
  /** Options whose value is a plain name (a file or a package there would be run). */
  names?: string;
  /** Operands are targets, not paths. */
  targets?: boolean;
  /** What stands behind `--` belongs to the project's own program. */
  free?: boolean;
}

function tool(rules: ToolRules): CommandRule {
  const list = (names: string | undefined): string[] => (names === undefined ? [] : names.split(" "));
  const values = [rules.values, rules.paths, rules.outputs, rules.names].flatMap(list).join(" ");
  return (args, scene) => {
    const outside = inWorkspace(knownArgument("."), scene);
    if (outside !== undefined) return outside;
    const words = list(rules.words);
    const [first, ...rest] = args;
    const hasWord = first?.kind === "known" && words.includes(first.text);
    if (rules.first === true && !hasWord)
      return refuse("build.verb", `${first?.text ?? "Nothing"} is not allowed here: ${words.join(", ")} are.`);
    const split = allowedArguments(hasWord ? rest : args, { flags: rules.flags ?? "", values });
    if (isRefusal(split)) return split;
    const operands =
      rules.free === true ? split.operands.slice(0, split.operands.length - split.rest.length) : split.operands;
    return (
      firstRefusal(split.options, ({ name, value }) => {
        if (value === undefined) return undefined;
        if (list(rules.paths).includes(name)) return inWorkspace(value, scene);
        if (list(rules.outputs).includes(name)) return writable(value, scene, "file");
        if (list(rules.names).includes(name) && !isPlainName(value))
          return refuse("build.option", `${name} ${value.text}: only a built-in name is allowed.`);
        return undefined;
      }) ?? firstRefusal(operands, (operand) => (rules.targets === true ? isTarget(operand) : below(operand, scene)))
    );
  };
}

const isPlainName = (arg: Argument): boolean => arg.kind === "known" && /^[a-z]+(?:-[a-z]+)*$/.test(arg.text);

const isTarget = (arg: Argument): Refusal | undefined =>
  arg.kind === "known" && /^[\w.:/+-]+$/.test(arg.text)
    ? undefined
    : refuse("build.target", `${arg.text} is not a plain target; set variables in the Makefile instead.`);

/** A file or folder of the workspace; a wildcard has to stand behind a folder of it. */
function below(operand: Argument, scene: Scene): Refusal | undefined {
  if (operand.kind !== "pattern") return inWorkspace({ ...operand, text: operand.text.replace(/::.*$/s, "") }, scene);
  const folder = operand.prefix.slice(0, operand.prefix.lastIndexOf("/") + 1);
  if (operand.text.split("/").includes("..") && !folder.includes(".."))
    return refuse("run.unknown", `${operand.text}: no .. behind a wildcard.`);
  return inWorkspace(knownArgument(folder === "" ? "." : folder), scene);
}

interface InterpreterRules {
  /** Options that need no file. */
  alone: string;
  flags: string;
  values: string;
}

/** An interpreter on a file of the workspace: no code on the command line, none from standard input. */
function interpreter(rules: InterpreterRules, modules: Record<string, CommandRule> = {}): CommandRule {
  return (args, scene) => {
    const outside = inWorkspace(knownArgument("."), scene);
    if (outside !== undefined) return outside;
    const module = args[1];
    if (args[0]?.text === "-m" && args[0].kind === "known" && Object.keys(modules).length > 0) {
      const rule = module?.kind === "known" ? modules[module.text] : undefined;
      return rule === undefined
        ? refuse("run.module", `Of the modules only ${Object.keys(modules).join(", ")} may be run with -m.`)
        : rule(args.slice(2), scene);
    }
    const split = allowedArguments(args, {
      flags: `${rules.flags} ${rules.alone}`,
      values: rules.values,
      inFront: true,
    });
    if (isRefusal(split))
      return refuse(
        "run.inline",
        "Code on the command line is not allowed; put it into a file of the workspace and run that.",
      );
    return ranFiles(split, rules, scene);
  };
}

function ranFiles(split: SplitArguments, rules: InterpreterRules, scene: Scene): Refusal | undefined {
  const alone = rules.alone.split(" ");
  const tests = split.options.some((option) => option.name === "--test");
  const [file] = split.operands;
  if (tests) return firstRefusal(split.operands, (path) => below(path, scene));
  if (file === undefined)
    return split.options.some((option) => alone.includes(option.name))
      ? undefined
      : refuse(
          "run.inline",
          "Code from standard input is not allowed; put it into a file of the workspace and run that.",
        );
  if (file.text === "-")
    return refuse("run.inline", "Code from standard input is not allowed; run a file of the workspace.");
  return inWorkspace(file, scene);
}

function pytestRules(): ToolRules {
  return {
    flags:
      "-q -v -vv -vvv -x -s -l --lf --ff --last-failed --failed-first --collect-only --co -rA -ra -rs --no-header --version",
    values: "-k -m --maxfail -n --tb --durations --timeout",
  };
}

/** Modules of python that are tools of a project. */
function pythonModules(): Record<string, CommandRule> {
  return {
    pytest: tool(pytestRules()),
    unittest: tool({
      words: "discover",
      flags: "-v -q -f -b --verbose --quiet --failfast",
      values: "-k -p",
      paths: "-s -t",
    }),
    mypy: tool({ flags: "--strict --ignore-missing-imports --no-incremental --pretty", values: "-p --package" }),
  };
}
