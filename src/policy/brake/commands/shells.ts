import type { Argument } from "../../shell/argument.ts";
import { runFile } from "../project.ts";
import { reads, spelled, split, table, unknown, type Handler, type Run } from "../run.ts";

/** Shells and what else makes text into commands. */
export const shellCommands: [string, Handler][] = [
  ...table("sh bash zsh dash ksh ash mksh rbash", shell),
  ...table("fish csh tcsh nu elvish xonsh", shell),
  ...table("eval", (run) => {
    // What tools print to set a shell up; the tools are the netrunner's own.
    if (setsUp.test(run.args.map((arg) => arg.text).join(" ")))
      return run.emit({ kind: "interpret", what: spelled(run) });
    text(run, run.args);
  }),
  ...table("source .", source),
  ...table("trap", trap),
  ...table("alias", alias),
  ...table("unalias", () => undefined),
  ...table("builtin", (run) => run.command(run.args[0], run.args.slice(1))),
];

function trap(run: Run): void {
  const [action, ...signals] = run.args.filter((arg) => arg.text !== "--");
  if (action === undefined || /^-[pl]?$/.test(action.text) || signals.length === 0) return;
  if (action.kind === "known") run.define("trap", "", action.text);
  else unknown(run, `trap ${action.text}`);
}

/** Text that becomes commands, if all of it is known. */
function text(run: Run, args: readonly Argument[], own?: readonly Argument[]): void {
  run.emit({ kind: "interpret", what: run.name });
  if (args.every((arg) => arg.kind === "known")) run.script(args.map((arg) => arg.text).join(" "), own);
  else
    run.emit({ kind: "execute-unknown", what: `${run.name} ${args.map((arg) => arg.text).join(" ")}`, foreign: false });
}

function shell(run: Run): void {
  const { options, operands } = split(run.args, "-o -O +O --rcfile --init-file");
  if (run.args.some((arg) => /^--(?:rcfile|init-file)/.test(arg.text)))
    unknown(run, `${run.name} with a start-up file`);
  // Only whether it can be parsed.
  if (
    run.args[0]?.text === "-n" &&
    run.args.length <= 2 &&
    run.args.every((arg) => arg.text === "-n" || !/^[-+]/.test(arg.prefix))
  ) {
    if (run.args[1] !== undefined) reads(run, run.args[1]);
    return;
  }
  const letter = run.args.findIndex((arg) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(arg.text) || arg.text === "--command");
  if (letter !== -1) {
    const rest = run.args.slice(letter + 1);
    const at = rest.findIndex((arg) => !/^[-+][a-zA-Z]+$/.test(arg.text));
    return text(run, at === -1 ? [] : rest.slice(at, at + 1), rest.slice(at + 2));
  }
  const joined = options.find((option) => option.name === "--command")?.value;
  if (joined !== undefined) return text(run, [joined], []);
  if (options.some((option) => /^--?(?:version|help)$/.test(option.name))) return;
  const fromInput = options.some((option) => /^-[a-z]*s/.test(option.name));
  const file = operands[0];
  if (file === undefined || fromInput || file.text === "-" || file.text === "/dev/stdin") {
    if (run.input.kind === "text") return run.script(run.input.text, operands.slice(1));
    return run.emit({
      kind: "execute-unknown",
      what: `${run.name}, which reads its commands from elsewhere`,
      foreign: run.input.kind === "unseen",
    });
  }
  reads(run, file);
  runFile(run, file);
}

const setsUp =
  /^"?\$\((?:ssh-agent -s|direnv (?:hook|export) \w+|opam env|(?:\/[\w/]+\/)?brew shellenv|(?:pyenv|rbenv|nodenv|jenv|goenv) init -[\w ]*|fnm env[\w -]*|mise activate \w+|zoxide init \w+|starship init \w+|dircolors(?: -b)?|conda shell\.bash hook)\)"?$/;

function source(run: Run): void {
  const file = run.args[0];
  if (file === undefined) return;
  reads(run, file);
  // Start-up files that set a tool up are read in many lines; they are the netrunner's own.
  if (
    file.kind === "known" &&
    file.text.startsWith(`${run.scene.context.home}/.`) &&
    /^\.(?:nvm\/nvm\.sh|cargo\/env|bashrc|bash_profile|profile|zshrc|zprofile|sdkman\/bin\/sdkman-init\.sh)$/.test(
      file.text.slice(run.scene.context.home.length + 1),
    ) &&
    !run.made.has(file.text)
  )
    return run.emit({ kind: "interpret", what: spelled(run) });
  runFile(run, file);
}

function alias(run: Run): void {
  for (const arg of run.args) {
    const equals = arg.text.indexOf("=");
    if (equals === -1) continue;
    if (arg.kind === "known") {
      const meaning = arg.text.slice(equals + 1).replace(/^'([^']*)'$|^"([^"]*)"$/, "$1$2");
      run.script(meaning);
      run.define("alias", arg.text.slice(0, equals), meaning);
    } else unknown(run, `alias ${arg.text}`);
  }
}
