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
   * `serve` is that one: the host itself. `edit` changes what is kept in a home in which no deck runs. `ask` has questions
   * about the runs of such a home answered.
   */
  mode: "write" | "read" | "attach" | "edit" | "ask" | "host" | "serve";
  /** The agent's program, as the netrunner gave it. */
  claudeBin?: string;
  /** The model behind the agents is the scripted one that ships with the deck. */
  offline: boolean;
  /** What a deck that writes tells of itself. */
  self?: DeckSelf;
  /** Values that must not be written anywhere, such as the keys in the environment. */
  secrets?: readonly string[];
  /** Leaves the home unlocked although it is written to. */
  noLock?: boolean;
  /** The NATS server of a fleet of nodes, in place of what the home says of it. */
  hub?: { urls: string[]; fleet?: string };
  /** Listens on loopback too, behind a token; port 0 is any free one. */
  http?: { port: number };
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
