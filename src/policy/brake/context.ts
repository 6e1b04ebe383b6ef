import type { Argument } from "../shell/argument.ts";
import type { PluginEffect } from "../../protocol/plugin.ts";
import type { Tier } from "../../protocol/verdict.ts";
import type { PlacePolicy } from "../policy-file/policy.ts";

/** Where a deck keeps its own files, and in there those of one run. */
export interface DeckFolders {
  /** Closed to constructs, except the run folder. */
  deckHome: string;
  runFolder: string;
}

/** What the brake is told about the place in which a call would run. All paths are absolute and normalised. */
export interface BrakeContext {
  tier: Tier;
  workspace: string;
  /** The folder of this run, for what the netrunner should keep. */
  runFolder: string;
  cwd: string;
  /** The user's home, what `~` stands for. */
  home: string;
  /** The deck's own folder (`.cyberdeck`): closed to constructs, except the run folder. */
  deckHome: string;
  /** The same of other decks that lie here, such as that of the host in a folder that a node shares with it. */
  readonly otherDecks?: readonly DeckFolders[];
  /**
   * The path with every link followed. What does not exist yet is appended to the real path of its nearest existing
   * parent; a dangling link is followed too, because a write would go through it. May throw: the call is then denied.
   */
  readonly realPath: (path: string) => string;
  /**
   * The text of a small file (256 KB at most), for the scripts that a call would run; undefined where it cannot be read.
   * Without it, scripts of the project are judged by their names alone.
   */
  readonly readText?: (path: string) => string | undefined;
  /** Numbers of processes that no construct may signal: the deck itself and its guardian. */
  readonly keptProcesses?: () => readonly number[];
  /** How constructs call plugins; without it there are none. */
  readonly plugins?: PluginBridge;
  /** What the netrunner's policy file says here; without it the tiers are as they were shipped. */
  readonly policy?: PlacePolicy;
}

/** The netrunner's plugins, as far as the brake has to know them. */
export interface PluginBridge {
  /** The command that calls them, absolute; undefined while there is none. */
  command: () => string | undefined;
  /**
   * What a plugin does at most by its own manifest; undefined: there is no such plugin. `project`: it says that it only
   * reads, but it stands in the workspace, where it may have come with the project.
   */
  effects: (name: string) => PluginEffect | "undeclared" | "project" | undefined;
}

/** One command's surroundings while a shell line is walked. */
export interface Scene {
  readonly context: BrakeContext;
  /** Every folder in which the command may find itself: a `cd` can fail, so there may be several. */
  readonly folders: readonly string[];
  readonly notes: Notes;
}

/** What is gathered over a whole shell line, and judged at its end. */
export interface Notes {
  /** Set when some command reads files whose names only the run will tell. */
  readsUnknown: boolean;
  /** Every word of the line with the folders that it may be looked up in. */
  mentioned: { arg: Argument; folders: readonly string[] }[];
}
