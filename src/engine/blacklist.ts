import { Fault } from "../base/fault.ts";
import { newBlacklistId } from "../base/ids.ts";
import { mutex } from "../base/mutex.ts";
import { oneLine } from "../base/text.ts";
import { addToBlacklist, matchBlacklist, removeFromBlacklist } from "../policy/spawning/blacklist.ts";
import { blacklistRules, type BlacklistEntry } from "../protocol/blacklist.ts";
import { readBlacklist, writeBlacklist } from "../store/blacklist-file.ts";
import { redactor, type Redactor } from "../store/redaction/redactor.ts";

/** What the netrunner has forbidden in a home: in memory for the gate, on disk for the next deck. */
export interface Blacklist {
  readonly entries: readonly BlacklistEntry[];
  /** Holds at once, also when it then cannot be saved, which rejects. */
  add(entry: Omit<BlacklistEntry, "id">): Promise<BlacklistEntry>;
  /** Takes an entry off, once that is saved. An id that is none is a fault. */
  remove(id: string): Promise<BlacklistEntry>;
  /** Why a task may not be started; undefined where it may. */
  objection(task: string): Objection | undefined;
}

export interface Objection {
  rule: (typeof blacklistRules)["refuse" | "ask"];
  /** For whoever wanted it. */
  reason: string;
  entry: BlacklistEntry;
}

/**
 * The blacklist of a home, read now; a file that cannot be read is a fault. It is read again before each change, so that
 * a change by hand is kept; one that has broken the file leaves in force what was read last. Secrets in an entry are not saved, and
 * a task is recognised without its own.
 */
export function openBlacklist(home: string, secrets: Redactor = redactor()): Blacklist {
  let saved: readonly BlacklistEntry[] = readBlacklist(home);
  /** What is forbidden already and not saved yet. */
  let added: BlacklistEntry[] = [];
  const inTurn = mutex();
  const inForce = (): readonly BlacklistEntry[] => added.reduce(addToBlacklist, [...saved]);

  return {
    get entries() {
      return inForce();
    },
    async add(request) {
      const entry = { ...request, task: request.task.trim(), id: newBlacklistId() };
      added = [...added, entry];
      await inTurn(async () => {
        const next = addToBlacklist(readBlacklist(home), entry);
        await writeBlacklist(home, secrets.value(next));
        saved = next;
        added = added.filter((other) => other !== entry);
      });
      return entry;
    },
    remove: (id) =>
      inTurn(async () => {
        const before = added.reduce(addToBlacklist, readBlacklist(home));
        const entry = before.find((one) => one.id === id);
        if (entry === undefined) throw unknownEntry(id);
        const next = removeFromBlacklist(before, id);
        await writeBlacklist(home, secrets.value(next));
        saved = next;
        added = added.filter((other) => other.id !== id);
        return entry;
      }),
    objection(task) {
      const plain = matchBlacklist(task, inForce());
      const bare = secrets.text(task);
      const match = plain.verdict === "clear" && bare !== task ? matchBlacklist(bare, inForce()) : plain;
      if (match.verdict === "clear") return undefined;
      const { entry, verdict } = match;
      const what = `"${oneLine(entry.task, 160)}" (${entry.id}${entry.reason === "" ? "" : `: ${oneLine(entry.reason, 160)}`})`;
      const reason =
        verdict === "refuse"
          ? `the netrunner has forbidden this work, in whatever words: ${what}`
          : `this may be work that the netrunner has forbidden: ${what}; the netrunner is asked`;
      return { rule: blacklistRules[verdict], reason, entry };
    },
  };
}

const unknownEntry = (id: string): Fault =>
  new Fault("usage", "blacklist.unknown", `There is no entry ${oneLine(id, 60)} in the blacklist.`, {
    hint: 'Look at the entries: "cyberdeck blacklist list".',
  });
