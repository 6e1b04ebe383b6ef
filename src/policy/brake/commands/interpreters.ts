import { knownArgument, type Argument } from "../../shell/argument.ts";
import { judgeCode } from "../code/judge-code.ts";
import { isPlainProgram, judgeMadePrograms } from "../made.ts";
import { isFar, projectCode, runFile } from "../project.ts";
import { taskEffect } from "../project-tasks.ts";
import { has, reads, split, spelled, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Interpreters of other languages: project files, code on the line, code from the input. */
export const interpreterCommands: [string, Handler][] = [
  ...table(
    "python python2 python3 python3.10 python3.11 python3.12 python3.13 python3.14 pypy pypy3 ipython",
    interpreter("-c", "-W -X -m"),
  ),
  ...table(
    "node nodejs",
    interpreter("-e -p --eval --print -pe -ep", "-r --require --import -C --conditions --loader"),
  ),
  ...table("ruby", interpreter("-e", "-r -I")),
  ...table("perl", interpreter("-e -E", "-I -M")),
  ...table("php", interpreter("-r -B -R -E", "-d -c")),
  ...table(
    "Rscript R julia lua luajit ghci raku tclsh groovy scala kotlin jshell racket elixir erl",
    interpreter("-e --eval -E --exec -eval", "--vanilla"),
  ),
  ...table("guile", interpreter("-c -e", "")),
  ...table("osascript", (run) => run.emit({ kind: "execute-unknown", what: spelled(run), foreign: false })),
  ...table("java", (run) => {
    judgeMadePrograms(run);
    if (run.args.some((arg) => isFar(arg, run))) unknown(run, spelled(run));
    else projectCode(run, spelled(run));
  }),
  ...table("deno", deno),
  ...table("awk gawk mawk nawk", awk),
];

/** @param codes options whose value is code */
function interpreter(codes: string, values: string): Handler {
  const all = new Set(codes.split(" "));
  const letters = [...all]
    .filter((name) => name.length === 2)
    .map((name) => name.slice(1))
    .join("");
  const attached = new RegExp(`^-[a-zA-Z0-9.]*[${letters}]$`);
  return (run) => {
    if (servesFolder(run)) return;
    const taking = new Set(values.split(" "));
    let code = false;
    let edits = false;
    for (let at = 0; at < run.args.length; at += 1) {
      const arg = run.args[at];
      if (arg === undefined) break;
      const name = arg.text.startsWith("--") ? (arg.text.split("=", 1)[0] ?? "") : arg.text;
      if (/^(?:-V|-v|--version|--help|-h)$/.test(arg.text)) return;
      if (arg.text.length > 2 && taking.has(arg.text.slice(0, 2))) continue;
      if (all.has(name) || (attached.test(arg.text) && !arg.text.startsWith("--"))) {
        edits ||= editsInPlace(run, arg);
        const value = name !== arg.text ? { ...arg, text: arg.text.slice(name.length + 1) } : run.args[at + 1];
        codeOf(run, value);
        if (name === arg.text) at += 1;
        code = true;
        continue;
      }
      if (
        /^-[a-zA-Z]/.test(arg.text) &&
        [...all].some(
          (option) => option.length === 2 && arg.text.startsWith(option) && !taking.has(arg.text.slice(0, 2)),
        )
      ) {
        codeOf(run, { ...arg, text: arg.text.slice(2) });
        code = true;
        continue;
      }
      if (run.name.startsWith("node") && /^--(?:test|run)$/.test(arg.text)) return projectCode(run, spelled(run));
      if (arg.prefix.startsWith("-") && arg.text !== "-") {
        edits ||= editsInPlace(run, arg);
        if (arg.text === "-m" && run.name.startsWith("py"))
          return pythonModule(run, run.args[at + 1], run.args.slice(at + 2));
        if (
          /^(?:--import|--loader|-r$|--require)/.test(arg.text) &&
          run.name.startsWith("node") &&
          (/[:/]{2}|data:|\.\./.test(`${arg.text} ${run.args[at + 1]?.text ?? ""}`) ||
            farModule(run, arg, run.args[at + 1]))
        )
          unknown(run, spelled(run));
        if (taking.has(arg.text)) at += 1;
        continue;
      }
      if (arg.kind === "unknown" && arg.prefix === "") return unknown(run, spelled(run));
      if (code) {
        if (edits) writes(run, arg);
        else reads(run, arg);
        continue;
      }
      if (arg.text === "-") return fromInput(run);
      reads(run, arg);
      if (run.name.startsWith("node") && arg.text === "inspect") return unknown(run, "node inspect");
      if (/(?:^|\/)(?:manage\.py|artisan|console)$/.test(arg.text)) judgeConsole(run, run.args.slice(at + 1));
      if (/(?:^|\/)setup\.py$/.test(arg.text) && run.args.some((word) => /^(?:upload|register)$/.test(word.text)))
        run.emit({ kind: "publish", what: spelled(run) });
      const beyond = /(?:^|\/)(?:manage\.py|artisan|console|spark|rails|rake)$/.test(arg.text)
        ? taskEffect(managing(run.args.slice(at + 1)))
        : undefined;
      if (beyond !== undefined) run.emit({ kind: beyond, what: spelled(run) });
      return runFile(run, arg);
    }
    if (!code && run.args.every((arg) => arg.text !== "--check")) fromInput(run);
  };
}

/** `php -S` and `ruby -run -e httpd` show a folder to whoever asks. */
function servesFolder(run: Run): boolean {
  const { options, operands } = split(run.args, run.name === "php" ? "-S -t -d -c" : "-e -p -r");
  const address = options.find((option) => option.name === "-S" || option.name.startsWith("-S"));
  const web = run.name === "ruby" && run.args.some((arg) => arg.text === "httpd");
  if (!web && (run.name !== "php" || address === undefined)) return false;
  const folder = web
    ? operands.find((arg) => arg.text !== "httpd")
    : options.find((option) => option.name === "-t")?.value;
  reads(run, folder ?? knownArgument("."), folder !== undefined);
  const local = !web && /^(?:localhost|127\.0\.0\.1):/.test(address?.value?.text ?? "");
  run.emit({ kind: "network", host: `a server of ${folder?.text ?? "this folder"}`, upload: !local, metadata: false });
  projectCode(run, spelled(run));
  return true;
}

/** Code that a framework runs in its own shell, in which every name of the application is at hand. */
function judgeConsole(run: Run, words: readonly Argument[]): void {
  const verb = words.find((arg) => !arg.text.startsWith("-"))?.text ?? "";
  if (!/^(?:shell\w*|tinker|dbshell|console|runner)$/.test(verb)) return;
  const texts = [...words.map((arg) => arg.text), run.input.kind === "text" ? run.input.text : ""];
  const unseen = run.input.kind === "unseen" || words.some((arg) => arg.kind !== "known");
  if (unseen || texts.some((text) => changesRecords.test(text)))
    run.emit({ kind: "database-mutation", what: spelled(run) });
}

const changesRecords =
  /(?:\.|->|::)(?:\w*delete\w*|truncate\w*|drop\w*|update\w*|destroy\w*|remove\w*|purge\w*|flush\w*|save|insert\w*|bulk_\w+|execute\w*|statement|unprepared|raw|callproc|cursor)\s*[(!]|\b(?:drop|truncate|delete\s+from|alter)\s|\b(?:system|exec\w*|popen|subprocess|unlink|rmtree)\b/i;

/** The commands of a framework's own script; `flush` of Django empties the database. */
const managing = (args: readonly Argument[]): string[] =>
  args.map((arg) => (/^flush$/.test(arg.text) ? "db:flush" : arg.text));

/** Languages whose verbs are known in detail. */
const detailed = /^(?:py|ipython|node|bun|deno|ruby|perl|php|tsx|ts-node)/;

function judgeText(run: Run, code: string): void {
  if (!detailed.test(run.name) && !isPlainProgram(code))
    unknown(run, `${run.name} with code that may change something`);
  judgeCode(code, run);
}

export function codeOf(run: Run, code: Argument | undefined): void {
  if (code?.kind === "known") judgeText(run, code.text);
  else run.emit({ kind: "execute-unknown", what: `${run.name} with code that only the run will tell`, foreign: false });
}

function fromInput(run: Run): void {
  if (run.input.kind === "text") judgeText(run, run.input.text);
  else
    run.emit({
      kind: "execute-unknown",
      what: `${run.name}, which reads its code from elsewhere`,
      foreign: run.input.kind === "unseen",
    });
}

/** Whether a module that is loaded in front lies outside of the workspace. */
const farModule = (run: Run, option: Argument, next: Argument | undefined): boolean =>
  option.text.includes("=") ? isFar(option, run) : next !== undefined && isFar(next, run);

const editsInPlace = (run: Run, option: Argument): boolean =>
  /^(?:perl|ruby)/.test(run.name) && /^-[0-9a-hj-zA-Z]*i/.test(option.text);

function pythonModule(run: Run, module: Argument | undefined, rest: readonly Argument[]): void {
  if (module?.kind !== "known") return unknown(run, spelled(run));
  if (/^(?:http\.server|ftplib|smtpd|pyftpdlib|webbrowser|socketserver)$/.test(module.text)) {
    const folder = split(rest, "-d --directory -b --bind").options.find((option) =>
      has([option], "-d --directory"),
    )?.value;
    if (folder !== undefined) reads(run, folder, true);
    const bound = split(rest, "-d --directory -b --bind").options.find((option) => has([option], "-b --bind"))?.value;
    const local = module.text === "http.server" && /^(?:127\.0\.0\.1|localhost|::1)$/.test(bound?.text ?? "");
    return run.emit({
      kind: "network",
      host: `a server of ${folder?.text ?? "this folder"}`,
      upload: !local,
      metadata: false,
    });
  }
  if (/^(?:json\.tool|this|timeit|calendar|tokenize|ast|dis|site|sysconfig|platform)$/.test(module.text)) {
    const [input, output] = split(rest).operands;
    if (input !== undefined) reads(run, input);
    if (output !== undefined) writes(run, output);
    return;
  }
  if (/^(?:zipfile|tarfile)$/.test(module.text)) {
    const [action, file, folder] = rest;
    if (/^(?:-e|--extract)$/.test(action?.text ?? "")) writes(run, folder ?? knownArgument("./x"), "folder");
    else if (/^(?:-c|--create)$/.test(action?.text ?? "") && file !== undefined) writes(run, file);
    return;
  }
  if (rest.some((arg) => /^(?:publish|upload)$/.test(arg.text))) run.emit({ kind: "publish", what: spelled(run) });
  if (module.text === "twine" || module.text === "build_and_upload")
    return run.emit({ kind: "publish", what: spelled(run) });
  if (
    /^(?:pip|pytest|mypy|ruff|black|isort|flake8|pylint|coverage|tox|nox|poetry|uv|pipenv|sphinx|mkdocs|pre_commit)$/.test(
      module.text,
    )
  )
    return run.command({ ...module, text: module.text.replace("_", "-") }, rest);
  if (module.text === "venv" || module.text === "virtualenv") {
    for (const folder of split(rest, "--prompt").operands) writes(run, folder, "folder");
    return projectCode(run, spelled(run));
  }
  projectCode(run, spelled(run));
}

function deno(run: Run): void {
  const [verb, ...rest] = run.args;
  if (verb?.text === "eval")
    return codeOf(
      run,
      rest.find((arg) => !arg.text.startsWith("-")),
    );
  if (
    /^(?:test|check|lint|fmt|task|bench|cache|info|doc|run)$/.test(verb?.text ?? "") &&
    !rest.some((arg) => /^https?:|^(?:npm|jsr):/.test(arg.text) || arg.kind !== "known")
  ) {
    const file = rest.find((arg) => !arg.text.startsWith("-") || arg.text === "-");
    if (verb?.text === "run" && file?.text === "-") return fromInput(run);
    if (verb?.text === "run" && file !== undefined) return runFile(run, file);
    return projectCode(run, spelled(run));
  }
  unknown(run, spelled(run));
}

function awk(run: Run): void {
  const { options, operands } = split(run.args, "-F -v -f -e -i");
  if (has(options, "-f --file -i --include -l --load -E --exec")) {
    const file = options.find((option) => has([option], "-f --file"))?.value;
    if (file === undefined) return unknown(run, spelled(run));
    reads(run, file);
    return runFile(run, file);
  }
  const program = options.find((option) => option.name === "-e")?.value ?? operands[0];
  for (const file of operands.slice(1)) if (!/^\w+=/.test(file.prefix)) reads(run, file);
  if (program?.kind !== "known" || program.text.length > 4096)
    return unknown(run, `${run.name} with a program that only the run will tell, or a very long one`);
  const bare = program.text
    .replaceAll(/"(?:\\.|[^"\\])*"/g, '""')
    .replaceAll(/(^|[\s(~!&|,;{])\/(?:\\.|[^/\\\n])+\//g, '$1""');
  if (
    /\bsystem\b|\|\s*&?\s*getline|\bgetline\b.*\|\s*&|""\s*\|&?|\|\s*&?\s*(?:""|[\w(])(?!\|)|@\w/.test(
      bare.replaceAll("||", " "),
    ) ||
    /^#!.*$/m.test(program.text)
  )
    return run.emit({
      kind: "execute-unknown",
      what: `a process that ${run.name} starts`,
      foreign: run.input.kind === "unseen",
    });
  if (/\bprintf?\b[^;}\n]*>/.test(bare)) {
    const target = /\bprintf?\b[^;}\n]*>>?\s*"([^"$]*)"\s*(?:[;}\n]|$)/.exec(program.text)?.[1];
    if (target === undefined) return unknown(run, `${run.name} that writes to a computed name`);
    writes(run, { kind: "known", text: target, prefix: target, shape: target, single: true });
  }
  if (has(options, "--in-place") || /\bENVIRON\b/.test(bare)) unknown(run, spelled(run));
}
