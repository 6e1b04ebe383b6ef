import type { Clock } from "../base/clock.ts";
import type { BlacklistEntry } from "../protocol/blacklist.ts";
import type { RunView } from "../protocol/view.ts";
import type { Blacklist, Objection } from "./blacklist.ts";
import type { Note } from "./journal.ts";

export interface ForbiddingParts {
  view: RunView;
  blacklist: Blacklist;
  clock: Clock;
  note: (source: string) => Note;
}

/** The blacklist of the home as one run sees it: what the netrunner has let through here is exempt. */
export interface Forbidding {
  /** What speaks against a task; undefined where nothing does. */
  objection(task: string): Objection | undefined;
  /**
   * Forbids work in this home, for whoever asks for it, in this run and later ones.
   * @param by who wants it, for the record: "netrunner", or a tripwire
   */
  forbid(work: Pick<BlacklistEntry, "task" | "reason" | "construct">, by: string): Promise<BlacklistEntry>;
  /** Lets exactly this task through in this run, in spite of the blacklist. */
  exempt(task: string): void;
  /** Forbids what this construct was told to do. */
  forbidTaskOf(construct: string): Promise<void>;
}

export function forbiddingOf({ view, blacklist, clock, note }: ForbiddingParts): Forbidding {
  const forbid: Forbidding["forbid"] = async (work, by) => {
    const entry = await blacklist.add({ ...work, added_at: clock.now() });
    note(by)("blacklist.added", { entry });
    return entry;
  };
  return {
    forbid,
    objection(task) {
      const isExempt = view.exempt.some((exempt) => folded(exempt) === folded(task));
      return isExempt ? undefined : blacklist.objection(task);
    },
    exempt: (task) => void note("netrunner")("blacklist.allowed", { task }),
    async forbidTaskOf(construct) {
      const task = view.constructs[construct]?.task ?? "";
      await forbid({ task, reason: `${construct} was killed`, construct }, "netrunner");
    },
  };
}

/** White space tells no two tasks apart. */
const folded = (task: string): string => task.replace(/\s+/g, " ").trim();
