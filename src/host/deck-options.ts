import type { DeckKind } from "../protocol/host.ts";

/** What it takes to open a deck on a home. The entry point hands an `openDeck` to the faces, so that none of them builds one. */
export interface DeckOptions {
  /** The directory in which constructs work, absolute. */
  workspace: string;
  /** The deck's own folder, absolute. */
  home: string;
  /**
   * `read` looks at the record alone: it takes no lock and starts nothing. `attach` speaks to the deck that runs in
   * this home already, and is refused when there is none. `host` does that too, and starts one that stays where there is none;
   * `serve` is that one: the host itself. `edit` changes what is kept in a home in which no deck runs.
   */
  mode: "write" | "read" | "attach" | "edit" | "host" | "serve";
  /** The agent's program, as the netrunner gave it. */
  claudeBin?: string;
  /** The model behind the agents is the scripted one that ships with the deck. */
  offline: boolean;
  /** What a deck that writes tells of itself. */
  self?: DeckSelf;
  /** Leaves the home unlocked although it is written to. */
  noLock?: boolean;
}

/** What a deck tells of itself, to whoever is refused its home and to whoever asks. */
export interface DeckSelf {
  kind: DeckKind;
  version: string;
  /** When its process started, in units of the process table; null: not known. */
  started: number | null;
  /** A digest of what its environment says of providers and logins. */
  provider: string;
}
