/** How a check of the doctor came out. `skipped`: it could not be made here, or says nothing here. */
export type FindingState = "ok" | "warning" | "problem" | "skipped";

/** What one check of the doctor has found. */
export interface Finding {
  /** The check's name, one word. */
  check: string;
  state: FindingState;
  /** What is so, in a line. */
  text: string;
  /** What to do about it; null: nothing. */
  next: string | null;
  /** The same as a command line, where it is one. */
  command: string | null;
  took_ms: number;
}

/** What the doctor is asked to look at. All paths absolute. */
export interface Examination {
  workspace: string;
  home: string;
  claudeBin?: string;
  /** For runs with the scripted model alone: no login is needed. */
  offline: boolean;
  /** Ends what dead decks of this home have left behind. */
  reap: boolean;
  /** The hub of a fleet, too: with these settings, or with those of the home. Undefined: only where the home has one. */
  hub?: HubExamination;
  /** The terminal of whoever asks; undefined: there is none. */
  terminal: { columns: number; rows: number } | undefined;
  /** Told once at the beginning: the names of all checks, in the order of the list. */
  onBegin: (checks: readonly string[]) => void;
  /** Told of each finding as it is made, in any order. */
  onFinding: (finding: Finding) => void;
}

export interface HubExamination {
  /** As in the settings of a hub; for the host, what is left out is as in the home. */
  settings: Record<string, unknown>;
  /** The node as which it is looked at; undefined: the host. */
  as?: string;
}
