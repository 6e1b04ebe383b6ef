import type { Crash, KnownCause, Place } from "../../protocol/crash.ts";
import { showBytes } from "../../base/units.ts";

/** What a rule looks at. */
interface Marks {
  crash: Crash;
  place: Place;
  /** Codes of what was thrown and of its causes: `storage.full`, `ENOSPC`. */
  codes: ReadonlySet<string>;
  /** All messages. */
  words: string;
}

interface Rule {
  rule: string;
  fits: (marks: Marks) => boolean;
  text: (marks: Marks) => string;
  next: string;
}

/** Bytes below which a lack is the likely cause by itself. */
const noDisk = 50_000_000;
const noMemory = 150_000_000;

const has =
  (...codes: string[]) =>
  (marks: Marks): boolean =>
    codes.some((code) => marks.codes.has(code));

/** Lacks of the machine come first: whatever else was thrown may follow from them. */
const rules: readonly Rule[] = [
  {
    rule: "disk.full",
    fits: (marks) =>
      has("storage.full", "ENOSPC", "EDQUOT")(marks) || (marks.crash.system.disk_free ?? noDisk) < noDisk,
    text: ({ crash }) =>
      `The disk of ${crash.home} was full (${showBytes(crash.system.disk_free ?? 0)} free when it ended).`,
    next: "Free some space there; cyberdeck doctor says how much there is.",
  },
  {
    rule: "memory.none",
    fits: (marks) =>
      has("ENOMEM")(marks) ||
      /out of memory|allocation failed/i.test(marks.words) ||
      (marks.crash.system.memory?.free ?? noMemory) < noMemory,
    text: ({ crash }) => `There was no memory left (${showBytes(crash.system.memory?.free ?? 0)} free for processes).`,
    next: "Run fewer constructs at a time: cyberdeck settings set max_concurrent 4 pool 1",
  },
  {
    rule: "files.many",
    fits: has("EMFILE", "ENFILE"),
    text: () => "The process had as many files open as it may.",
    next: "Allow it more (ulimit -n 8192), and report it: a deck should never need so many.",
  },
  {
    rule: "processes.many",
    fits: has("EAGAIN"),
    text: () => "The system allowed no further process or had no room for one.",
    next: "Look what runs (ps), raise the limit (ulimit -u), or run fewer constructs at a time.",
  },
  {
    rule: "storage.read_only",
    fits: has("storage.read_only", "EROFS", "EACCES", "EPERM"),
    text: ({ crash }) => `Something in ${crash.home} or the workspace could not be written.`,
    next: "Give your user the right to write there, or name another home with --home.",
  },
  {
    rule: "storage.damaged",
    fits: has("storage.damaged"),
    text: () => "The record is damaged.",
    next: "cyberdeck doctor says how to go on without it; the events of each run are also in its folder.",
  },
  {
    rule: "storage.locked",
    fits: has("storage.locked"),
    text: () => "Another program kept the record locked.",
    next: "Close whatever has deck.db open for writing.",
  },
  {
    rule: "agent.missing",
    fits: (marks) => has("agent.not_found")(marks) || /spawn .*ENOENT/.test(marks.words),
    text: () => "The agent, or another program that the deck starts, was not found.",
    next: "Install Claude Code, or name it with --claude-bin PATH; cyberdeck doctor looks for it.",
  },
  {
    rule: "package.incomplete",
    fits: has("ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"),
    text: () => "A part of Cyberdeck or of what it needs is missing on the disk.",
    next: "Install it anew: npm ci, or npm install -g cyberdeck",
  },
  {
    rule: "node.old",
    fits: ({ crash }) => Number.parseInt(crash.system.node, 10) < 24,
    text: ({ crash }) => `It ran on Node ${crash.system.node}, which is older than what it is tried with.`,
    next: "Use Node 24 or later.",
  },
  {
    rule: "stack.endless",
    fits: ({ words }) => /Maximum call stack size exceeded/.test(words),
    text: () => "A function called itself without end: a mistake in the program.",
    next: "Report it.",
  },
  {
    rule: "dependency.defect",
    fits: ({ place }) => place.kind === "dependency",
    text: ({ place }) => `It was thrown in ${place.where}, a package that Cyberdeck uses.`,
    next: "Report it; a newer version of Cyberdeck may have a newer one of that package.",
  },
  {
    rule: "own.defect",
    fits: ({ place }) => place.kind === "own",
    text: ({ place }) => `It was thrown in ${place.where}: a mistake in Cyberdeck that nothing caught.`,
    next: "Report it.",
  },
];

/** The causes that are known by their marks, the likeliest first. A mistake of a program is told only where nothing else explains it. */
export function causesOf(crash: Crash, place: Place): KnownCause[] {
  const codes = new Set(crash.thrown.flatMap(({ code }) => code ?? []));
  const words = crash.thrown.map(({ message }) => message).join("\n");
  const marks = { crash, place, codes, words };
  const fitting = rules.filter(({ fits }) => fits(marks));
  const lacks = fitting.filter(({ rule }) => !rule.endsWith(".defect"));
  return (lacks.length > 0 ? lacks : fitting).map(({ rule, text, next }) => ({ rule, text: text(marks), next }));
}
