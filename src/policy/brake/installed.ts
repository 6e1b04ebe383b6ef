import { knownArgument, type Argument } from "../shell/argument.ts";
import { locate, readable } from "../places/paths.ts";
import { isSecret } from "../places/secrets.ts";
import { isWithin } from "../places/within.ts";
import { writableText } from "../places/writing.ts";
import { administers, speaksRemotely } from "./machine-programs.ts";
import { projectCode } from "./project.ts";
import { spelled, type Run } from "./run.ts";
import { destroys } from "./sql.ts";

/** What the table of known programs is asked, so that this file needs no circle to it. */
export interface Known {
  knows(name: string): boolean;
  /** Judges the words from one position on as the command that stands there. */
  nested(name: Argument, rest: readonly Argument[]): void;
}

/**
 * Judges a program that somebody installed and that the brake does not know by name: it may run where every one of its words is
 * harmless whatever the program. Returns why it may not, undefined where it may.
 */
export function judgeInstalled(run: Run, known: Known): string | undefined {
  const against = objection(run, known);
  if (against === undefined) projectCode(run, spelled(run));
  return against;
}

/** Where one of these is taken for a program, the text is code that is no shell's. */
const keywords =
  /^(?:import|from|def|class|var|const|function|print|puts|require|use|package|public|using|module|include|val|fn|func|try|with|raise|throw|goto|defer|async|lambda|yield)$/;

/** With more words than this nobody could say what each of them does. */
const mostWords = 48;

/** Of known programs among the words, this many are followed. */
const mostNested = 8;

const longestText = 4096;

function objection(run: Run, known: Known): string | undefined {
  const { name, args, input } = run;
  if (!/^[a-z][a-z0-9+_.-]*$/.test(name)) return "is no plain name";
  if (keywords.test(name)) return "is a word of a programming language";
  if (administers(name)) return "administers the machine";
  if (changing(name)) return "has a name that says it changes more than the project";
  if (args.length > mostWords || args.some((arg) => arg.text.length > longestText)) return "has too many words";
  if (input.kind === "unseen" && (input.foreign === true || input.endless === true))
    return "reads what comes from the network or was decoded";
  const texts = input.kind === "text" ? [...args, knownArgument(input.text)] : args;
  for (const [at, arg] of texts.entries()) {
    const isData = dataFile.test(arg.text) && texts[at - 1]?.text.startsWith("-") !== true;
    const against = wordAgainst(arg, run, known, isData);
    if (against !== undefined) return against;
  }
  if (speaksRemotely(name) && !looksOnly(args)) return "speaks to something remote, and may change it";
  let followed = 0;
  for (const [at, arg] of args.entries()) {
    const inner = arg.text.replace(/^--?[\w-]+=/, "");
    if (!known.knows(inner) || ambiguous.has(inner)) continue;
    // It may give it to whoever connects, or to its start-up file.
    if (at === args.length - 1 && interpreters.test(inner)) return `is given ${inner} to start`;
    followed += 1;
    if (followed > mostNested) return "has too many commands among its words";
    known.nested(knownArgument(inner), args.slice(at + 1));
  }
  return undefined;
}

/** Files that are data to nearly every program, unless an option makes them its settings. */
const dataFile = /^[\w./][\w./-]*\.(?:json|ya?ml|csv|tsv|txt|xml|md|html?|log)$/i;

const interpreters = /^(?:\w*sh|python[\d.]*|node|nodejs|ruby|perl|php|lua|awk|cmd)$/;

function wordAgainst(arg: Argument, run: Run, known: Known, isData: boolean): string | undefined {
  if (arg.kind === "unknown") return `gets ${arg.text}, which only the run will tell`;
  if (arg.kind === "pattern" && arg.prefix.startsWith("-")) return `gets ${arg.text}, which may be an option`;
  if (arg.kind === "pattern" && readable(arg, run.scene) !== undefined) return `may read a secret through ${arg.text}`;
  const isText = /\s/.test(arg.text);
  if (!isFileName(arg.text) && !selects.test(arg.text) && changing(arg.text))
    return `is told to change more than the project: ${arg.text}`;
  if (isText && (destroys(arg.text) || /`|\$\(/.test(arg.text))) return `gets a text that may change or run something`;
  for (const part of partsOf(arg.text)) {
    const against = partAgainst(part, run, isData);
    if (against !== undefined) return against;
  }
  if (isText) followText(arg.text, run, known);
  return undefined;
}

/** Options of test runners that say which tests are meant, by words of the tests. */
const selects = /^--?[\w-]*(?:filter|match|pattern|grep|test|tests)=/i;

/** The parts of a word that may be a path or an address: behind `=`, an option's letter, a comma or a quote. */
function partsOf(text: string): string[] {
  const parts = text.split(/[\s"'`()[\]{},;=<>|&]+/).filter((part) => part !== "");
  const inner = parts.flatMap((part) => [
    ...(/^-[A-Za-z0-9]./.test(part) ? [part.slice(2)] : []),
    ...(/^-[A-Za-z0-9-]*[/~]/.test(part) ? [part.slice(part.search(/[/~]/))] : []),
    ...(/^[@+%:]/.test(part) ? [part.slice(1)] : []),
    ...(part.includes(":") && !/:\/\//.test(part) ? part.split(":").slice(1) : []),
  ]);
  return [...parts.filter((part) => !part.startsWith("-")), ...inner].filter((part) => part !== "");
}

function partAgainst(part: string, run: Run, isData: boolean): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(part))
    return isLocal(part) || part.endsWith("://") ? undefined : `is given an address: ${part}`;
  const place = /^(.*?):\d+(?::\d+)?$/.exec(part)?.[1];
  if (place !== undefined && isFileName(place)) return partAgainst(place, run, isData);
  if (/@[\w.-]+:|^[\w.-]+@[\w-]+\.|^(?!localhost|127\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}:\d+/i.test(part))
    return `is given an address: ${part}`;
  if (run.name === "msbuild" && /^\/[a-z]{1,3}(?::[\w=.-]+)?$/i.test(part)) return undefined;
  if (/^[A-Za-z]:[\\/]|\\\\/.test(part)) return `is given a path of another system: ${part}`;
  const { scene, made } = run;
  const { context } = scene;
  const text = part.replace(/^~(?=\/|$)/, context.home);
  if (/^~\w/.test(text) || text.includes("\0")) return `is given ${part}`;
  if (/^\/dev\/(?:null|stdout|stderr|stdin)$/.test(text) || /^\.+$/.test(text.replace(/^\.\.$/, "/"))) return undefined;
  for (const folder of scene.folders) {
    const place = locate(text, folder, context);
    const spellings = [place.plain, place.real];
    if (spellings.some((path) => isSecret(path, context))) return `is given ${part}, which holds keys or credentials`;
    if (spellings.every((path) => systemFiles.test(path)) && !text.includes("..")) continue;
    if (writableText(text, folder, context, "folder") !== undefined && !part.startsWith("-"))
      return `is given ${part}, outside of the workspace or protected`;
    if (!isData && [...made].some((path) => isWithin(place.plain, path)))
      return `is given ${part}, which this line makes`;
  }
  return undefined;
}

/** Read-only data of the system. */
const systemFiles = /^\/usr\/(?:local\/)?(?:share|include)\//;

const isLocal = (address: string): boolean =>
  /^[a-z+.-]+:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i.test(address);

/** A text among the words may be a command line: from each program that the brake knows it is judged as one. */
function followText(text: string, run: Run, known: Known): void {
  let followed = 0;
  for (const found of text.matchAll(/[\w./-]+/g)) {
    const word = found[0].replace(/^.*\//, "");
    if (!known.knows(word)) continue;
    const leads = /(?:^|[;|&({!"'`\n])\s*$/.test(text.slice(Math.max(0, found.index - 8), found.index));
    if (found.index > 0 && !drastic.has(word) && (!leads || ambiguous.has(word))) continue;
    followed += 1;
    if (followed > mostNested) return run.emit({ kind: "unknown", what: "a text with many commands in it" });
    run.script(text.slice(found.index));
  }
}

/** Programs that are looked for anywhere in a text, since an unknown wrapper may stand in front of them. */
const drastic = new Set(
  (
    "rm rmdir unlink shred dd mv cp ln tee install truncate chmod chown chgrp sudo su doas pkexec sh bash zsh dash fish eval exec env xargs nohup setsid timeout nice python python3 node ruby perl php " +
    "curl wget nc ncat socat ssh scp rsync git npm npx yarn pnpm docker podman kubectl helm terraform aws gcloud az gh psql mysql sqlite3 mongosh redis-cli kill pkill killall crontab at systemctl mkfs mount " +
    "umount iptables useradd userdel passwd reboot shutdown poweroff halt"
  ).split(" "),
);

/** Verbs of many tools that are names of other programs too. They mean those programs only at the start of a text. */
const ambiguous = new Set(
  (
    "init install service test help task run set export import watch source type list clean format file time date host at batch port wall history " +
    "sort uniq head tail cut join split find look col link stat hash read let local top free info task just now render go fold last rev as edit " +
    "get sum bind return break continue exit true false wait times true w ls id sv tc locate ar ack ld pest invoke fly trap . : [ convert serve script"
  ).split(" "),
);

/** A path or name with an extension is no verb, whatever its words. Statements of a database in a file are. */
const isFileName = (text: string): boolean =>
  /^[\w@./*-]+\.(?!sql$|sh$|cql$)[a-z][a-z0-9]{0,5}$/i.test(text) &&
  /[/]|\.(?:[cm]?[jt]sx?|py|rs|go|java|kt|c|h|cc|cpp|hpp|rb|md|json|ya?ml|toml|xml|html?|css|txt|csv|po|swift|lua|ex|exs|erl|clj|hs|ml|nim|cr|elm|png|jpe?g|svg|proto)$/i.test(
    text,
  ) &&
  !text.startsWith("-");

function changing(text: string): boolean {
  const bare = text.startsWith("-");
  const words = text
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (words.some((word) => verbs.has(word))) return true;
  if (/^--?(?:global|system|daemon|daemonize|privileged|remote-exec|setuid)(?:=|$)/i.test(text)) return true;
  return (
    !bare &&
    !/[\s=/]/.test(text) &&
    !/^(?:Test|Benchmark|test_)\w/.test(text) &&
    words.some((word) => wholeVerbs.has(word))
  );
}

/** Wherever they stand in a word. */
const verbs = new Set(
  (
    "delete destroy drop purge wipe erase flash nuke truncate teardown decommission publish unpublish yank deploy undeploy upload push submit rollback terminate kill killall " +
    "shutdown reboot poweroff halt revoke grant sudo doas chown chmod setuid umount unmount login logout signin signout broadcast flush flushall flushdb unregister uninstall " +
    "privileged factory overclock unlock failover impersonate exfiltrate keygen mkfs"
  ).split(" "),
);

/** As a word of its own; as an option they are settings of a build: `--release`, `--enable-shared`. */
const wholeVerbs = new Set(
  (
    "release apply send promote remove rm reset enable disable restart restore mount auth register subscribe transfer cancel approve invite dispatch trigger revert expose share tunnel daemon attach detach " +
    "drain evict cordon suspend hibernate sync-to replicate migrate rotate scale resize ssh connect listen up down prune gc"
  ).split(" "),
);

/** Remote tools may run with a verb that looks, or with options that only list. */
function looksOnly(args: readonly Argument[]): boolean {
  const words = args.filter((arg) => !arg.text.startsWith("-")).map((arg) => arg.text);
  if (words.slice(0, 3).some((word) => looking.test(word))) return true;
  if (args.some((arg) => /(?:^|[/@=])(?:localhost|127\.0\.0\.1)(?:[:/]|$)/.test(arg.text))) return true;
  return args.some((arg) => /^(?:--version|--help|-L|--ci|-plaintext)$/.test(arg.text));
}

const looking =
  /^(?:get|list|ls|show|describe|status|info|version|search|view|logs?|diff|plan|lint|validate|check|inspect|query|whoami|help|tail|cat|stat|fs|image|dir:.*|overview|health|snapshot|snapshots|^select\s.*|describe\s.*|from\(.*)$/is;
