import type { AttentionItem } from "../../../protocol/attention.ts";
import type { Hold } from "../../../protocol/hold.ts";
import type { Severity } from "../../../protocol/tripwire.ts";

/** Why the netrunner is needed, as far as answers and notifications tell it apart. */
export type NeedReason = "hold" | "bound" | "account" | "gate" | "silent" | "forbidden" | "daemon";

/** Something that waits for the netrunner. */
export type Need = {
  id: string;
  run: string;
  construct: string | null;
  reason: NeedReason;
  severity: Severity;
  /** What it is, in two or three words. */
  title: string;
  /** What it is about, in a line. */
  text: string;
  /** When it is decided without an answer, milliseconds since the epoch; null: never. */
  deadline: number | null;
  /** Since when it waits; null: it is not known. */
  since: number | null;
} & (
  | { kind: "hold"; hold: Hold }
  | { kind: "attention"; item: AttentionItem }
  /** The daemon waits for a word, or for the run to be let go on. */
  | { kind: "daemon" }
  /** The blacklist may mean this task: shall it run? */
  | { kind: "task"; task: string; why: string }
);
