import { spelled, split, table, unknown, type Handler, type Run } from "../run.ts";

/** Commands that signal processes. By number is narrow; by pattern, user or everything is broad. */
export const processCommands: [string, Handler][] = [
  ...table("kill", kill),
  ...table("pkill killall killall5 skill fuser xkill", broad),
  ...table("renice", (run) => unknown(run, spelled(run))),
  ...table("prlimit", (run) => {
    const at = run.args.findIndex(
      (arg) => !/^--(?:nofile|core|stack|as|cpu|data|fsize|rss|memlock|nproc)=[\d:]+$/.test(arg.text),
    );
    if (at <= 0 || run.args[at]?.text.startsWith("-") === true) return unknown(run, spelled(run));
    run.command(run.args[at], run.args.slice(at + 1));
  }),
];

function kill(run: Run): void {
  const texts = run.args.map((arg) => arg.text);
  if (/^-[lL]/.test(texts[0] ?? "")) return;
  const from = /^(?:-s|--signal|-n)$/.test(texts[0] ?? "") ? 2 : /^-(?!-$)/.test(texts[0] ?? "") ? 1 : 0;
  const targets = run.args.slice(texts.length === 1 ? 0 : from).filter((arg) => arg.text !== "--");
  const isNarrow = (text: string): boolean =>
    /^(?:\d{2,}|[2-9]|%[\w+-]*|\$!|\$\{!\})$/.test(text) || /^-\d{2,}$/.test(text);
  // A number that a file or a narrow question of the same line gives is the job's own.
  const own = (text: string): boolean =>
    /^"?\$\((?:cat [\w./-]*\.pid|lsof -ti? ?(?:-i ?)?(?:tcp)?:\d+|jobs -p)\)"?$/.test(text) ||
    (/^\$\{?\w*PID\w*\}?$/i.test(text) && !run.listsProcesses());
  const kept = run.scene.context.keptProcesses?.() ?? [];
  if (targets.some((arg) => kept.includes(Math.abs(Number(arg.text)))))
    return run.emit({ kind: "process-control", what: `${spelled(run)} (the deck itself)`, broad: true });
  const wide = targets.length === 0 || targets.some((arg) => !isNarrow(arg.text) && !own(arg.text));
  run.emit({ kind: "process-control", what: spelled(run), broad: wide });
}

function broad(run: Run): void {
  const { options, operands } = split(run.args, "-s -t -g -P --signal");
  const port = run.name === "fuser" && !run.args.some((arg) => /^-\w*k/.test(arg.text));
  if (
    run.name === "fuser" &&
    operands.length > 0 &&
    operands.every((arg) => arg.kind === "known" && /^\d{2,5}\/(?:tcp|udp)$/.test(arg.text))
  )
    return run.emit({ kind: "process-control", what: spelled(run), broad: false });
  const narrow =
    run.name === "pkill" &&
    operands.length === 1 &&
    operands[0]?.kind === "known" &&
    !run.knows(operands[0].text) &&
    /^[\w./ :-]{6,}$/.test(operands[0].text) &&
    options.every((option) => /^-(?:f|x|9|15|TERM|KILL|INT|HUP|P|s)$/.test(option.name));
  run.emit({ kind: "process-control", what: spelled(run), broad: !port && !narrow });
}
