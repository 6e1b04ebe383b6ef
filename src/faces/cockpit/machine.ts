import type { CockpitSettings } from "../../protocol/cockpit-settings.ts";
import type { Local } from "./page.ts";

/** What the cockpit needs of its machine, beside the terminal. */
export interface Machine {
  /** Stops this process and its job as Ctrl+Z does elsewhere; resolves when it goes on, or when nobody can stop it. */
  suspend: () => Promise<void>;
  /** Puts a text into the machine's clipboard; resolves to what is in the way, undefined when it is there. */
  copy: (text: string) => Promise<string | undefined>;
  /** What is kept in a home of what was written before, and what its catalogues have. */
  local: (home: string) => Promise<KeptLocal>;
  /** Whether the agent has a login or a key, as far as that can be seen without it, and where. */
  login: () => Promise<{ present: boolean; how: string }>;
  /** The settings of the cockpit that are kept in a home. */
  settings: (home: string) => Promise<SettingsFile>;
  /** Tells of what is done to this process. */
  outside: (on: Outside) => Disposable;
  /** Keeps this process small: it stands beside a fleet for hours. */
  stayLean: () => void;
  /** Keeps what gives the terminal back, for when this process dies of a defect. */
  guard: (giveBack: () => void) => Disposable;
}

/** What the cockpit gets from its home, until it is closed. */
export interface KeptLocal extends Local {
  /** What is in the way of keeping it. */
  problems: () => readonly string[];
  close: () => Promise<void>;
}

/** What is done to the cockpit by other means than its keys. */
export interface Outside {
  /**
   * It has to leave at once: by a signal, or its terminal is gone.
   * @param code of its exit
   */
  leave: (code: number) => void;
  /** It shall stop as by Ctrl+Z. */
  suspend: () => void;
  /** It goes on after a stop, maybe one that it was not told of. */
  resumed: () => void;
}

/** Settings as far as they can be used. */
export interface SettingsFile {
  settings: CockpitSettings;
  path: string;
  /** What cannot be used, with file and line. */
  problems: readonly string[];
  /** The line on which a value stands; undefined where there is no file. */
  lineOf: ((path: readonly string[]) => number) | undefined;
}
