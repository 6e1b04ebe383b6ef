import { readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { errnoOf, messageOf } from "../base/fault.ts";
import { writeWhole } from "../base/files.ts";

/** What is written into the prompts of the cockpit, kept in a home: over its end, and for every cockpit that comes after. */
export interface CockpitMemory {
  /** The texts of a kind of prompt, the latest last. */
  history: (kind: string) => readonly string[];
  remember: (kind: string, text: string) => void;
  /** What was begun and not sent; "" when nothing was. */
  draft: (key: string) => string;
  keepDraft: (key: string, text: string) => void;
  /** What is in the way of keeping it, since the last time that was asked. */
  problems: () => string[];
  /** Resolves when what is to be kept is on disk, or cannot be. */
  close: () => Promise<void>;
}

const mostTexts = 100;
const mostDrafts = 100;
/** Characters of a text; a longer one is used, and not kept. */
const longest = 65_536;
/** How long a change may wait for others before it is written, milliseconds. */
const settleMs = 400;

const textsSchema = z.record(z.string(), z.array(z.string()));
const memorySchema = z.object({
  version: z.literal(1),
  history: textsSchema,
  drafts: z.record(z.string(), z.string()),
});
type Memory = z.infer<typeof memorySchema>;
type Change = (memory: Memory) => void;

export const memoryPath = (home: string): string => join(home, "cockpit-memory.json");

/** Reads `<home>/cockpit-memory.json`. One that cannot be read is kept aside, and never stops the cockpit. */
export async function openCockpitMemory(home: string, clock: Clock): Promise<CockpitMemory> {
  const path = memoryPath(home);
  let problems: string[] = [];
  let memory = await readMemory(path, (problem) => void problems.push(problem));
  /** What is not on disk yet: done again on what stands there then, which another cockpit may have written. */
  let changes: Change[] = [];
  let timer: Disposable | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    timer?.[Symbol.dispose]();
    timer = null;
    const mine = changes;
    if (mine.length === 0) return;
    changes = [];
    try {
      const there = await readMemory(path, (problem) => void problems.push(problem));
      for (const change of mine) change(there);
      await writeWhole(path, `${JSON.stringify(there)}\n`, 0o600);
      memory = there;
      // Made while it was being written.
      for (const change of changes) change(memory);
    } catch (error) {
      problems.push(`what is written into prompts is not kept: ${messageOf(error)}`);
    }
  };
  const changed = (change: Change): void => {
    change(memory);
    changes.push(change);
    timer ??= clock.after(settleMs, () => {
      writing = writing.then(write);
    });
  };

  return {
    history: (kind) => own(memory.history, kind) ?? [],
    remember(kind, text) {
      if (text.length <= longest) changed((to) => addText(to, kind, text));
    },
    draft: (key) => own(memory.drafts, key) ?? "",
    keepDraft(key, text) {
      if (text.length <= longest && text !== (own(memory.drafts, key) ?? "")) changed((to) => setDraft(to, key, text));
    },
    problems() {
      const told = problems;
      problems = [];
      return told;
    },
    async close() {
      writing = writing.then(write);
      await writing;
    },
  };
}

async function readMemory(path: string, complain: (problem: string) => void): Promise<Memory> {
  const none: Memory = { version: 1, history: {}, drafts: {} };
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR")
      complain(`earlier prompts cannot be read: ${messageOf(error)}`);
    return none;
  }
  const read = parse(text);
  if (read !== undefined) return read;
  const aside = join(dirname(path), "cockpit-memory.broken.json");
  try {
    await rename(path, aside);
    complain(`earlier prompts cannot be read; the file is kept as ${aside}`);
  } catch (error) {
    complain(`earlier prompts cannot be read, nor moved aside: ${messageOf(error)}`);
  }
  return none;
}

function parse(text: string): Memory | undefined {
  try {
    const read = memorySchema.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    // No JSON: told by the one who asked.
    return undefined;
  }
}

/** The same text is there once, as the latest. */
function addText({ history }: Memory, kind: string, text: string): void {
  const others = (own(history, kind) ?? []).filter((one) => one !== text);
  put(history, kind, [...others, text].slice(-mostTexts));
}

function setDraft({ drafts }: Memory, key: string, text: string): void {
  Reflect.deleteProperty(drafts, key);
  if (text !== "") put(drafts, key, text);
  for (const old of Object.keys(drafts).slice(0, -mostDrafts)) Reflect.deleteProperty(drafts, old);
}

const own = <T>(record: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Also where the key is `__proto__`. */
function put<T>(record: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
