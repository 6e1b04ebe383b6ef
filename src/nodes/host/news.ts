import type { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Note } from "../../engine/journal.ts";
import type { Strange } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import type { Address } from "../wire/letters.ts";

/** What happens in the fleet, for the record. What may come again and again is told at the first, tenth, hundredth time, and so on. */
export interface FleetNews {
  tell: Note;
  /** Something has come of a life of a node that does not count. */
  stranger(node: Party, to: Address): void;
  /** Something has come that is not of our words. */
  strange(strange: Strange): void;
  /** A node lacks something for a session that it was to open. */
  refused(node: Party, session: string, why: string): void;
  /** A file of a run has not travelled, or not as it was; of no session: it is so for all of the run. */
  files(node: Party, session: string | null, what: string): void;
  /** What was said to a session there will never pass. */
  tooLarge(node: Party, session: string): void;
  /** Something went wrong of which no call hears. */
  trouble(fault: Fault): void;
  /** From now on it is recorded. */
  begin(note: Note): void;
  end(): void;
}

export function fleetNews(): FleetNews {
  let note: Note | undefined;
  const counts = new Map<string, number>();
  /** How often it has happened, when that is to be told. */
  const toTell = (...what: string[]): number | undefined => {
    const key = JSON.stringify(what);
    const count = (counts.get(key) ?? 0) + 1;
    counts.delete(key);
    counts.set(key, count);
    const [oldest] = counts.keys();
    if (counts.size > mostCounted && oldest !== undefined) counts.delete(oldest);
    return Number.isInteger(Math.log10(count)) ? count : undefined;
  };
  const warn = (code: string, message: string, count: number): void => {
    const often = count === 1 ? "" : ` (${count} times)`;
    note?.("deck.warned", { code, message: `${oneLine(message, 1000)}${often}` });
  };

  return {
    tell: (type, body) => note?.(type, body) ?? false,
    stranger(node, { boot, session }) {
      const letters = toTell("stranger", node, boot);
      if (letters !== undefined) note?.("node.stranger", { node, boot, session, letters });
    },
    strange({ from, why, head }) {
      const count = toTell("strange", from, why);
      if (count !== undefined)
        warn("hub.strange", `${from} has said something that cannot be understood: ${why}: ${head}`, count);
    },
    refused(node, session, why) {
      const count = toTell("refused", node, why);
      if (count !== undefined)
        warn("nodes.refused", `${node} has refused ${session}, so another place is tried: ${why}`, count);
    },
    files(node, session, what) {
      const count = toTell("files", ...(session === null ? [] : [node, session]), what);
      if (count !== undefined)
        warn("nodes.run_files", session === null ? what : `${session} on ${node}: ${what}`, count);
    },
    tooLarge(node, session) {
      const what = `what was said to ${session} on ${node} is too large for the hub, so the session is ended`;
      const count = toTell("nodes.too_large");
      if (count !== undefined) warn("nodes.too_large", `${what}. Put what is large into a file.`, count);
    },
    trouble({ code, message, hint }) {
      const count = toTell("trouble", code);
      if (count !== undefined) warn(code, hint === undefined ? message : `${message}. ${hint}`, count);
    },
    begin: (given) => void (note = given),
    end: () => void (note = undefined),
  };
}

/** Of so many kinds of it is counted how often. */
const mostCounted = 1000;
