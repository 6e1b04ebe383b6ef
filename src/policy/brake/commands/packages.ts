import { knownArgument, type Argument } from "../../shell/argument.ts";
import { isFar, projectCode } from "../project.ts";
import { judgePackageScript } from "../project-scripts.ts";
import { taskEffect } from "../project-tasks.ts";
import { codeOf } from "./interpreters.ts";
import { has, loose, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Package managers of languages: installing into the project and its scripts; publishing and global changes are not. */
export const packageCommands: [string, Handler][] = [
  ...table("npm pnpm yarn bun", manager),
  ...table("npx bunx pnpx uvx", launcher),
  ...table("pip pip3 pipx uv poetry pipenv pdm hatch conda mamba micromamba", python),
  ...table("bundle gem composer", ruby),
];

function manager(run: Run): void {
  const { options, operands } = split(
    run.args,
    "-C --prefix --dir --cwd -w --workspace --filter -F --registry --userconfig --loglevel",
  );
  const [verb, ...rest] = operands;
  const code = run.args.findIndex((arg) => /^(?:-e|--eval|-p|--print)$/.test(arg.text));
  if (run.name === "bun" && code !== -1) return codeOf(run, run.args[code + 1]);
  if (verb === undefined) return projectCode(run, spelled(run));
  if (verb.kind !== "known") return unknown(run, spelled(run));
  if (has(options, "--script-shell --userconfig --globalconfig --node-options --registry --shell"))
    return unknown(run, `${run.name} with settings of its own`);
  if (verb.text === "access" && /^(?:list|ls|get)$/.test(rest[0]?.text ?? ""))
    return run.emit({ kind: "look-remote", what: spelled(run) });
  if (
    /^(?:publish|unpublish|deprecate|dist-tag|owner|access|login|logout|adduser|token|team|org|hook|star|profile|npm)$/.test(
      verb.text,
    )
  )
    return run.emit({ kind: "publish", what: spelled(run) });
  if (verb.text === "config" || verb.text === "set" || verb.text === "c")
    return /^(?:get|list|ls)$/.test(rest[0]?.text ?? "")
      ? undefined
      : run.emit({ kind: "persistence", what: spelled(run) });
  if (/^(?:exec|x|dlx)$/.test(verb.text)) return exec(run, verb);
  if (/^(?:init|create)$/.test(verb.text) && rest[0] !== undefined) {
    const initializer = rest[0];
    const plain = initializer.kind === "known" && /^(?:@[\w.-]+\/?)?[\w.-]*(?:@[\w.^~-]+)?$/.test(initializer.text);
    return plain
      ? projectCode(run, spelled(run))
      : run.emit({ kind: "execute-unknown", what: spelled(run), foreign: true });
  }
  if (run.name === "yarn" && verb.text === "set") return projectCode(run, spelled(run));
  if (/^(?:ls|list|ll|root|bin|prefix|outdated|view|info|show|explain|why)$/.test(verb.text))
    return run.emit({ kind: "look-remote", what: spelled(run) });
  if (
    rest.some((arg) => /^https?:\/\/(?!github\.com\/|gitlab\.com\/)/.test(arg.text)) &&
    /^(?:i|install|add)$/.test(verb.text)
  )
    return run.emit({ kind: "execute-unknown", what: spelled(run), foreign: true });
  if (verb.text === "version" && rest.length === 0) return;
  if (run.name === "bun" && /^-$/.test(verb.text === "run" ? (rest[0]?.text ?? "") : verb.text)) {
    if (run.input.kind === "text") return codeOf(run, knownArgument(run.input.text));
    return run.emit({ kind: "execute-unknown", what: "bun, which reads its code from elsewhere", foreign: true });
  }
  if (verb.text === "setup" && run.name === "pnpm") return run.emit({ kind: "persistence", what: spelled(run) });
  if (verb.text === "pack")
    for (const option of split(run.args, "--pack-destination --filename -o --out").options)
      if (has([option], "--pack-destination --filename --out -o") && option.value !== undefined)
        writes(run, option.value, option.name === "--pack-destination" ? "folder" : "file");
  // What a script is set to runs with the next command that names it.
  if (verb.text === "pkg" && rest[0]?.text === "set")
    for (const arg of rest.slice(1)) {
      const script = /^scripts[.[].*?=(.*)$/s.exec(arg.text)?.[1];
      if (script !== undefined && arg.kind === "known") run.script(script, []);
      else if (arg.kind !== "known") unknown(run, spelled(run));
    }
  if (/^(?:run|run-script|rum)$/.test(verb.text)) {
    if (rest[0]?.kind === "unknown") return unknown(run, spelled(run));
    const beyond = taskEffect(rest.slice(0, 1).map((arg) => arg.text));
    if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
    if (rest[0]?.kind === "known") judgePackageScript(run, rest[0].text, folderOf(options));
  } else {
    const beyond = taskEffect([verb.text]);
    if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
  }
  if (has(options, "-g --global --location"))
    return run.emit({ kind: "unknown", what: `a global change by ${run.name}` });
  if (verb.text === "global") return unknown(run, spelled(run));
  const known =
    "run run-script test t tst start stop restart install i ci add remove rm uninstall un update up upgrade dedupe audit outdated ls list ll why " +
    "view info show search pack prune rebuild rb fund doctor explain link unlink root bin prefix query pkg version cache help completion " +
    "workspace workspaces build dev lint format typecheck init ping whoami repo docs bugs home licenses import fetch store patch patch-commit " +
    "plugin constraints set up-interactive node create-lockfile approve-builds ignored-builds install-test it cit";
  const isKnown = known.split(" ").includes(verb.text);
  if (!isKnown && run.name === "npm") return unknown(run, spelled(run));
  if (verb.text === "node") return run.command(verb, run.args.slice(run.args.indexOf(verb) + 1));
  // yarn NAME and pnpm NAME also start a tool of that name.
  if (!isKnown && toolNames.has(verb.text)) return run.command(verb, run.args.slice(run.args.indexOf(verb) + 1));
  const folder = folderOf(options);
  const script = lifecycle[verb.text] ?? verb.text;
  if (!/^(?:run|run-script|rum)$/.test(verb.text)) judgePackageScript(run, script, folder);
  if (/^(?:i|ci|install|add|update|up)$/.test(verb.text))
    run.emit({ kind: "network", host: "the package registry", upload: false, metadata: false });
  projectCode(run, spelled(run), folder);
}

/** Verbs that run a script of another name. */
const lifecycle: Record<string, string | undefined> = {
  test: "test",
  t: "test",
  tst: "test",
  i: "install",
  ci: "install",
  install: "install",
  pack: "prepack",
};

const folderOf = (options: ReturnType<typeof split>["options"]): Argument | undefined =>
  options.find((option) => has([option], "-C --prefix --dir --cwd"))?.value;

const toolNames = new Set(
  "tsc eslint prettier vitest jest playwright vite webpack next semantic-release netlify vercel firebase wrangler serverless sls cdk rimraf gh-pages lerna changeset terraform chmod sh bash rm sudo".split(
    " ",
  ),
);

function exec(run: Run, verb: Argument): void {
  const from = run.args.indexOf(verb) + 1;
  const rest = run.args.slice(from);
  const script = rest.findIndex((arg) => /^(?:-c|--call)$/.test(arg.text));
  if (script !== -1) return callText(run, rest[script + 1]);
  inner(run, rest);
}

function launcher(run: Run): void {
  const script = run.args.findIndex((arg) => /^(?:-c|--call)$/.test(arg.text));
  const program = run.args.findIndex((arg) => !arg.prefix.startsWith("-"));
  if (script !== -1 && (program === -1 || script < program)) return callText(run, run.args[script + 1]);
  inner(run, run.args);
}

function callText(run: Run, text: Argument | undefined): void {
  if (text?.kind === "known") run.script(text.text);
  else unknown(run, `${run.name} with a command that only the run will tell`);
}

/**
 * Programs of packages. A plain name of the registry is what `npm install` and a script would run just as well; an address, a
 * repository or a file is code from elsewhere.
 */
function inner(run: Run, args: readonly Argument[]): void {
  let at = 0;
  for (; at < args.length; at += 1) {
    const text = args[at]?.text ?? "";
    if (text === "--") {
      at += 1;
      break;
    }
    if (!text.startsWith("-")) break;
    if (/^(?:-p|--package|-w|--workspace)$/.test(text)) at += 1;
  }
  const name = args[at];
  if (name === undefined) return;
  const plain = name.text.replace(/^(?:@[\w-]+\/)?([\w.-]+)@(?:[\w.^~-]+)$/, "$1");
  const published = name.kind === "known" && /^(?:@[\w.-]+\/)?[\w.-]+(?:@[\w.^~-]+)?$/.test(name.text);
  if (name.kind === "known" && !published)
    return run.emit({ kind: "execute-unknown", what: `${name.text}, code from elsewhere`, foreign: true });
  const known = name.text.startsWith("@") ? (scoped[name.text.replace(/(.)@.*$/, "$1")] ?? name.text) : plain;
  if (known === "cyberdeck" || known === "deck") return unknown(run, "a command to the deck itself");
  if (name.kind === "known" && !run.knows(known)) {
    const words = args.slice(at + 1).map((arg) => arg.text);
    const beyond = taskEffect([known, ...words.slice(0, 2)]);
    if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
    if (args.slice(at + 1).some((arg) => isFar(arg, run)))
      return unknown(run, `${known} on what lies outside of the workspace`);
    const tool = known.replace(/^@.*\//, "").toLowerCase();
    return run.command(knownArgument(tool), args.slice(at + 1));
  }
  run.command(
    { ...name, text: known, prefix: name.kind === "known" ? known : name.prefix, shape: known },
    args.slice(at + 1),
  );
}

const scoped: Record<string, string | undefined> = {
  "@biomejs/biome": "biome",
  "@playwright/test": "playwright",
  "@changesets/cli": "changeset",
  "@angular/cli": "ng",
  "@railway/cli": "railway",
  "@expo/eas-cli": "eas",
  "@tailwindcss/cli": "tailwindcss",
};

function python(run: Run): void {
  const { options, operands } = split(
    run.args,
    "-r -c -e --python -p --with --index-url -i -t --target --prefix --root",
  );
  const verb = operands[0]?.text ?? "";
  if (operands[0] !== undefined && operands[0].kind !== "known") return unknown(run, spelled(run));
  if (verb === "run" && /^(?:uv|poetry|pipenv|pdm|hatch|conda)$/.test(run.name)) {
    const at = run.args.findIndex((arg) => arg.text === "run") + 1;
    const named = /^(?:conda|mamba|micromamba)$/;
    const from = run.args.findIndex(
      (arg, index) =>
        index >= at &&
        !arg.text.startsWith("-") &&
        !(named.test(run.name) && /^(?:-n|-p|--name|--prefix)$/.test(run.args[index - 1]?.text ?? "")),
    );
    // A script of the project's own settings, in one of its environments.
    const script = run.args[from];
    if (run.name === "hatch" && script?.kind === "known" && /^[\w.-]+:[\w-]+$/.test(script.text)) {
      const beyond = taskEffect([script.text]);
      return beyond === undefined ? projectCode(run, spelled(run)) : run.emit({ kind: beyond, what: spelled(run) });
    }
    return from === -1 ? undefined : run.command(run.args[from], run.args.slice(from + 1));
  }
  if (verb === "init" && /^(?:conda|mamba|micromamba)$/.test(run.name))
    return run.emit({ kind: "persistence", what: spelled(run) });
  if (verb === "publish" || verb === "upload") return run.emit({ kind: "publish", what: spelled(run) });
  if (
    run.name === "pipx" ||
    verb === "config" ||
    verb === "self" ||
    verb === "tool" ||
    has(
      options,
      run.name === "hatch"
        ? "--index-url --prefix --root"
        : "--index-url --extra-index-url -t --target --prefix --root --break-system-packages",
    )
  )
    return unknown(run, spelled(run));
  if (run.args.some((arg) => loose(arg))) return unknown(run, spelled(run));
  if (run.args.some((arg) => /^https?:\/\//.test(arg.text)))
    return run.emit({ kind: "execute-unknown", what: spelled(run), foreign: true });
  run.emit({ kind: "network", host: "the package index", upload: false, metadata: false });
  projectCode(run, spelled(run));
}

function ruby(run: Run): void {
  const verb = run.args.find((arg) => !arg.text.startsWith("-"));
  if (verb?.text === "exec") {
    const at = run.args.indexOf(verb) + 1;
    return run.command(run.args[at], run.args.slice(at + 1));
  }
  if (
    verb?.text === "config" &&
    run.name === "bundle" &&
    run.args.some((arg) => arg.text === "--local") &&
    run.args.every((arg) => arg.kind === "known" && !/^(?:\/|~|mirror|build)|\.\./.test(arg.text))
  )
    return projectCode(run, spelled(run));
  if (/^(?:push|yank|owner|signin|publish|config|global)$/.test(verb?.text ?? ""))
    return run.emit({ kind: "publish", what: spelled(run) });
  if (run.args.some(loose)) return unknown(run, spelled(run));
  projectCode(run, spelled(run));
}
