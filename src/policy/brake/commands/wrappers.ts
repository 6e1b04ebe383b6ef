import { knownArgument, type Argument } from "../../shell/argument.ts";
import {
  always,
  has,
  loose,
  namesIn,
  quoted,
  split,
  table,
  tailOf,
  unknown,
  writes,
  type Handler,
  type Run,
} from "../run.ts";
import { isHarmlessSetting } from "../settings.ts";
import { unseen } from "./search.ts";

/** Commands that run the command behind them. */
export const wrapperCommands: [string, Handler][] = [
  ...table(
    "sudo doas pkexec su runuser gosu su-exec sudoedit visudo chroot unshare nsenter setpriv capsh newgrp sg machinectl run0",
    always("privilege"),
  ),
  ...table(
    "nohup setsid command exec unbuffer caffeinate systemd-inhibit dotenv catchsegv",
    inner("-a --what --who --why --mode -f"),
  ),
  ...table("nice ionice stdbuf", inner("-n -c -o -e -i --adjustment --class --classdata")),
  ...table("timeout gtimeout", inner("-k -s --kill-after --signal", 1)),
  ...table("time gtime", (run) => {
    for (const option of split(run.args, "-f -o --format --output").options)
      if (has([option], "-o --output") && option.value !== undefined) writes(run, option.value);
    inner("-f -o --format --output")(run);
  }),
  ...table("taskset chrt flock", inner("-w -E --timeout", 1)),
  ...table("busybox toybox", inner("")),
  ...table("strace", (run) => {
    for (const option of split(run.args, "-o -e -p -s -u -E").options)
      if (option.name === "-o" && option.value !== undefined) writes(run, option.value);
    if (run.args.some((arg) => /^-[a-z]*p$|^-u$|^-E$|^(?:-o|--output=)?[|!]/.test(arg.text)))
      unknown(run, "strace of another process");
    inner("-o -e -p -s -u -E -O -S -P")(run);
  }),
  ...table("watch", watch),
  ...table("direnv", (run) => {
    if (/^(?:hook|status|version)$/.test(run.args[0]?.text ?? "")) return;
    if (run.args[0]?.text === "exec") run.command(run.args[2], run.args.slice(3));
    else unknown(run, "direnv");
  }),
  ...table("env cross-env", environment),
  ...table("xargs gxargs", xargs),
  ...table("parallel", parallel),
  ...table("script ltrace gdb lldb rlwrap expect dtach at-spi systemd-run", (run) => {
    const lists =
      /^(?:-ls|-list|ls|list-\w+|-V|--version)$/.test(run.args[0]?.text ?? "") && /^(?:tmux|screen)$/.test(run.name);
    if (!lists || run.args.length > 1) unknown(run, `${run.name}, which runs other commands`);
  }),
];

/** @param skip operands in front of the command */
function inner(values: string, skip = 0): Handler {
  const taking = new Set(values.split(" "));
  return (run) => {
    let at = 0;
    for (; at < run.args.length; at += 1) {
      const arg = run.args[at];
      if (arg === undefined || !arg.prefix.startsWith("-")) break;
      if (arg.text === "--") {
        at += 1;
        break;
      }
      if (run.name === "command" && /^-[vV]+$/.test(arg.text)) return;
      if (/^(?:-c|--command)$/.test(arg.text) && run.name === "flock") return unknown(run, "flock -c");
      if (taking.has(arg.text)) at += 1;
    }
    const skipped = run.args.slice(at, at + skip);
    if (skipped.some((arg) => loose(arg))) return unknown(run, `${run.name} ${skipped[0]?.text ?? ""}`);
    run.command(run.args[at + skip], run.args.slice(at + skip + 1));
  };
}

function watch(run: Run): void {
  const { operands } = split(run.args, "-n --interval");
  if (operands.every((arg) => arg.kind === "known")) run.script(operands.map((arg) => arg.text).join(" "));
  else unknown(run, "watch with a command that only the run will tell");
}

function environment(run: Run): void {
  let at = 0;
  let folder: Argument | undefined;
  for (; at < run.args.length; at += 1) {
    const arg = run.args[at];
    if (arg === undefined) break;
    if (/^(?:-C|--chdir)$/.test(arg.text)) {
      folder = run.args[at + 1];
      at += 1;
    } else if (/^(?:-C.|--chdir=)/.test(arg.prefix)) folder = tailOf(arg, arg.prefix.startsWith("--") ? 8 : 2);
    else if (/^(?:-u|--unset)$/.test(arg.text)) {
      at += 1;
      if (isMark(run.args[at]?.text)) unknown(run, "env without the mark of a construct");
    } else if (/^(?:-u.|--unset=)/.test(arg.text) && isMark(arg.text.replace(/^-u|^--unset=/, "")))
      unknown(run, "env without the mark of a construct");
    else if (/^(?:-S|--split-string)/.test(arg.text) || /^-[a-z]*S/.test(arg.text)) {
      const value = arg.text.replace(/^-[a-z]*S|^--split-string=?/, "") || (run.args[at + 1]?.text ?? "");
      const rest = run.args.slice(value === run.args[at + 1]?.text ? at + 2 : at + 1);
      if (arg.kind === "known" && rest.every((word) => word.kind === "known"))
        run.script([value, ...rest.map((word) => word.text)].join(" "));
      else unknown(run, "env -S");
      return;
    } else if (arg.prefix.startsWith("-")) continue;
    else if (/^[A-Za-z_]\w*=/.test(arg.prefix)) {
      const equals = arg.text.indexOf("=");
      const [name, value] = [arg.text.slice(0, equals), arg.text.slice(equals + 1)];
      const same = name === "HOME" && value === run.scene.context.home;
      if (!same && !isHarmlessSetting(name, arg.kind === "known" || name === "PATH" ? value : undefined))
        unknown(run, `${arg.text}, a setting that steers what programs run`);
    } else break;
  }
  if (at < run.args.length) return run.command(run.args[at], run.args.slice(at + 1), folder);
  run.emit({ kind: "read", path: "the environment", secret: "outbound" });
}

/** By which the deck knows a construct; without it, a construct could speak for the netrunner. */
const isMark = (name: string | undefined): boolean => name?.startsWith("CYBERDECK") === true;

/** What arrives on the input becomes arguments that nobody knows. */
function xargs(run: Run): void {
  const { command, replace } = behindOptions(
    run,
    "-n -L -P -I -d -s -a -E --max-args --max-lines --max-procs --delimiter --arg-file",
  );
  const [name, ...rest] = command;
  if (name === undefined) return;
  if (run.input.kind === "unseen" && run.input.endless === true)
    return run.emit({ kind: "system-control", what: "processes without end" });
  const names = run.args.some((arg) => /^(?:-a|--arg-file)/.test(arg.text))
    ? undefined
    : namesIn(run.input, replace === undefined ? /[\s\0]+/ : /[\n\0]+/);
  if (names !== undefined) {
    if (replace === undefined) return run.command(name, [...rest, ...names]);
    for (const given of names.slice(0, 20)) {
      const filled = (arg: Argument): Argument =>
        arg.kind === "known" ? knownArgument(arg.text.replaceAll(replace, () => given.text)) : arg;
      run.command(filled(name), rest.map(filled));
    }
    if (names.length <= 20) return;
  }
  run.scene.notes.readsUnknown = true;
  // Options may come from the input too, so only programs without a dangerous one get what it says.
  const tool = /^(?:npx|bunx|pnpx)$/.test(name.text) ? (rest.find((arg) => !arg.text.startsWith("-")) ?? name) : name;
  if (!mayTakeInput.has(tool.text)) unknown(run, `xargs with ${name.text}`);
  if (replace === undefined) return run.command(name, [...rest, several]);
  const marked = (arg: Argument): Argument => (arg.text.includes(replace) ? unseen(arg.text) : arg);
  run.command(marked(name), rest.map(marked));
}

const mayTakeInput = new Set(
  (
    "cat head tail wc grep egrep fgrep ls stat basename dirname realpath readlink echo printf cut nl od strings cmp diff file du " +
    "md5sum sha1sum sha256sum jq test kill rm touch mkdir eslint prettier ruff black mypy gofmt shellcheck node python3 sh bash"
  ).split(" "),
);

const several: Argument = {
  kind: "unknown",
  text: "(the names from its input)",
  prefix: "./",
  shape: "",
  single: false,
};

function behindOptions(run: Run, values: string): { command: readonly Argument[]; replace: string | undefined } {
  const taking = new Set(values.split(" "));
  let replace: string | undefined;
  let at = 0;
  for (; at < run.args.length; at += 1) {
    const arg = run.args[at];
    if (arg === undefined || !arg.prefix.startsWith("-")) break;
    if (/^-[a-z0-9]*I/.test(arg.text)) {
      const attached = arg.text.replace(/^-[a-z0-9]*I/, "");
      replace = attached === "" ? (run.args[at + 1]?.text ?? "{}") : attached;
      if (attached === "") at += 1;
    } else if (/^(?:-i|--replace)/.test(arg.text)) replace = "{}";
    else if (taking.has(arg.text)) at += 1;
  }
  return { command: run.args.slice(at), replace };
}

function parallel(run: Run): void {
  const end = run.args.findIndex((arg) => arg.text.startsWith(":::"));
  const front = behindOptions(
    { ...run, args: end === -1 ? run.args : run.args.slice(0, end) },
    "-j --jobs --halt -n -N --delay --timeout --colsep -a",
  ).command;
  const given = end === -1 ? [] : run.args.slice(end + 1);
  if (front.length === 0) {
    for (const arg of given)
      if (arg.kind === "known") run.script(arg.text);
      else unknown(run, "parallel with commands that only the run will tell");
    if (given.length === 0)
      run.emit({ kind: "execute-unknown", what: "parallel, which reads its commands", foreign: true });
    return;
  }
  if (front.some((arg) => arg.kind !== "known"))
    return unknown(run, "parallel with a command that only the run will tell");
  const texts = front.map((arg) => arg.text).join(" ");
  if (given.length === 0) {
    const [name, ...rest] = front;
    return run.command(name, [...rest.map((arg) => (arg.text.includes("{") ? unseen(arg.text) : arg)), several]);
  }
  for (const arg of given.slice(0, 20))
    run.script(
      /\{.*\}/.test(texts) ? texts.replaceAll(/\{[^{}]*\}/g, () => quoted(arg.text)) : `${texts} ${quoted(arg.text)}`,
    );
  if (given.length > 20 || given.some((arg) => arg.kind !== "known"))
    unknown(run, "parallel with many or unknown arguments");
}
