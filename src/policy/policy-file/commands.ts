import type { Argument } from "../shell/argument.ts";
import type { Effect } from "../brake/effect.ts";
import type { Run } from "../brake/run.ts";
import type { ListedCommand } from "./policy.ts";
import { mayTrust } from "./trust.ts";

/** Reads one command of a list, such as `terraform plan` or `just *`; or says what is wrong with it. */
export function parseCommand(text: string, verdict: ListedCommand["verdict"]): ListedCommand | string {
  const all = text.split(/\s+/);
  const open = all.at(-1) === "*";
  const words = open ? all.slice(0, -1) : all;
  const [program] = words;
  if (program === undefined) return 'names no program; write it in front, as in "just *"';
  if (words.some((word) => !/^[\w@%+=:,./^-][\w@%+=:,./~^-]*$/.test(word)))
    return 'is more than plain words; leave out quotes, pipes, variables and wildcards (a "*" may only stand at the end)';
  if (program.startsWith("-")) return "begins with an option; name the program first";
  if (verdict !== "allow") return { verdict, words, open: true };
  if (gainsRights.has(program)) return "gives other rights, which a policy file cannot do";
  if (open && runsOthers.has(program) && words.slice(1).every((word) => /^-|=/.test(word)))
    return `would allow whatever ${program} is told to run; name the program or script itself`;
  return { verdict, words, open };
}

/** Lets the lists have their say over one command: what they forbid or hold is an effect, what they allow is marked. */
export function underPolicy(run: Run, name: string): Run {
  const { policy } = run.scene.context;
  if (policy === undefined || policy.commands.length === 0) return run;
  const names = name === run.name ? [name, name.slice(name.lastIndexOf("/") + 1)] : [name, run.name];
  for (const listed of policy.commands) {
    if (listed.verdict === "allow" || !names.some((one) => catches(listed, one, run.args))) continue;
    run.emit({ kind: "listed", what: listed.words.join(" "), forbidden: listed.verdict === "deny" });
  }
  const allowing = policy.commands.filter((listed) => listed.verdict === "allow" && allows(listed, name, run.args));
  if (allowing.length === 0 || !mayTrust(run.args, run.scene)) return run;
  const inFull = allowing.some(({ open }) => !open);
  return { ...run, emit: (effect) => run.emit(trusted(effect, inFull)) };
}

/** Exactly these words; more only where the entry says so. Nothing that only the run will tell counts as a word. */
function allows({ words, open }: ListedCommand, name: string, args: readonly Argument[]): boolean {
  if (words[0] !== name || args.length < words.length - 1 || (!open && args.length !== words.length - 1)) return false;
  return words.slice(1).every((word, index) => args[index]?.kind === "known" && args[index].text === word);
}

/** These words in this order, whatever options stand between and whatever follows. */
function catches({ words }: ListedCommand, name: string, args: readonly Argument[]): boolean {
  if (words[0] !== name) return false;
  const options = words.slice(1).filter((word) => word.startsWith("-"));
  if (!options.every((option) => args.some(({ text }) => text === option || text.startsWith(`${option}=`))))
    return false;
  const wanted = words.slice(1).filter((word) => !word.startsWith("-"));
  const from = (word: number, at: number): boolean => {
    const arg = args[at];
    if (word === wanted.length) return true;
    if (arg === undefined) return false;
    if (arg.text === wanted[word] && from(word + 1, at + 1)) return true;
    // An option, or what may be the value of one.
    const skippable = arg.text.startsWith("-") || args[at - 1]?.text.startsWith("-") === true;
    return skippable && from(word, at + 1);
  };
  return from(0, 0);
}

/** An effect of a command that the netrunner trusts. What loses history must have been written out in full. */
function trusted(effect: Effect, inFull: boolean): Effect {
  switch (effect.kind) {
    case "execute-unknown":
      return effect.foreign ? effect : { ...effect, trusted: true };
    case "publish":
    case "remote-mutation":
    case "database-mutation":
      return { ...effect, trusted: true };
    case "history-rewrite":
      return inFull ? { ...effect, trusted: true } : effect;
    case "network":
      return effect.metadata ? effect : { ...effect, trusted: true };
    default:
      return effect;
  }
}

const gainsRights = new Set("sudo doas su pkexec run0 runuser setpriv nsenter chroot unshare".split(" "));

/** Programs that the brake looks through: to allow them with anything behind them would be to allow everything. */
const runsOthers = new Set(
  (
    "sh bash zsh dash ksh fish eval exec source . command builtin env xargs parallel nohup nice ionice timeout time setsid stdbuf " +
    "watch script expect find ssh python python3 perl ruby node php deno bun lua awk gawk osascript pwsh powershell npx bunx pnpx docker podman"
  ).split(" "),
);
