import type { CatalogueListing } from "../../protocol/catalogue-listing.ts";
import type { Replies } from "../../host/port.ts";
import type { BrakeQuestion, RuleLine } from "../../protocol/brake-case.ts";
import type { Command } from "../../protocol/command.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { Tier } from "../../protocol/verdict.ts";
import type { Drawing } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import type { DeckModel } from "./model/deck-model.ts";
import type { Input } from "./screen/input.ts";
import type { Size } from "./screen/size.ts";

/** What a page is about at the moment: what the keys for constructs, runs and files act upon. */
export interface Focus {
  run?: string | undefined;
  construct?: string | undefined;
  /** A file of the run, by its path. */
  path?: string | undefined;
  /** Something that waits for the netrunner, by its id. */
  need?: string | undefined;
  /** All of it that a decision needs is in view, or was. */
  isSeen?: boolean | undefined;
  /** What would be allowed for good is in view too; left out: where `isSeen` is. */
  isForGoodSeen?: boolean | undefined;
}

/** What a page draws from. */
export interface Seen<S> {
  model: DeckModel;
  state: S;
  size: Size;
}

/** What an action works with. */
export interface At<S> extends Seen<S> {
  focus: Focus;
  hands: Hands;
  /** By which of its keys an action is done; "": by its name. */
  key: string;
  /** Changes the page's state later on: what was asked for has come. It is drawn again. */
  update: (change: (state: S) => S) => void;
}

/** Something that the netrunner can do. Help, palette and keymap are made of these: what is not here does not exist. */
export interface Action<S> {
  /** Under this name it can be given another key: "construct.kill". */
  id: string;
  /** In the words of help and palette: "kill the construct". */
  title: string;
  /** Keys that do it, as `readInput` names them; none: only the palette does. */
  keys: readonly string[];
  /** False where it makes no sense: then its key says so, and the palette leaves it out. */
  can?: (at: Seen<S> & { focus: Focus }) => boolean;
  /** Too plain for the palette and the line of hints: moving about. */
  isPlain?: boolean;
  /** Not often wanted: the line of hints names it behind all others. */
  isRare?: boolean;
  /** The new state of the page, if it is another. */
  run: (at: At<S>) => S | void;
}

/**
 * A screen of the cockpit. Its picture is a pure function of what is known and of its own state, which is replaced, never changed; its
 * actions are what its keys do.
 */
export interface Page<S> {
  name: string;
  /** In the row of tabs. */
  title: string;
  /** How many things on it want to be looked at; its tab says so. */
  badge?: (model: DeckModel) => number;
  /** The state in which it is shown. `aim`: what it shall be about. `before`: its state when it was left. */
  begin: (aim: Focus, model: DeckModel, before: S | undefined) => S;
  draw: (seen: Seen<S>) => Drawing;
  actions: readonly Action<S>[];
  focus: (seen: Seen<S>) => Focus;
  /** It has come to the front, or is about something else: time to ask the deck for what it shows. */
  entered?: (at: At<S>) => void;
  /** An event of the deck; the model has it already. */
  heard?: (event: DeckEvent, seen: Seen<S>) => S;
  /** A click on a line with this target. */
  clicked?: (target: string, at: At<S>) => S | void;
  /** The wheel, in rows. */
  wheeled?: (rows: number, seen: Seen<S>) => S;
  /** Whether its picture goes on by itself at the moment: then it is drawn some ten times a second. */
  moves?: (seen: Seen<S>) => boolean;
  /** Before each of these times: it may ask the deck for what is to come. */
  moved?: (at: At<S>) => S | void;
}

/** What a dialog answers to an input: its new state, its end, or that the input is none of its own. */
export type Reaction<S> = { state: S } | "close" | "pass";

/** Something that lies over the page and takes all inputs first. Its picture is a pure function, as that of a page. */
export interface Dialog<S> {
  name: string;
  begin: S;
  /** @param size of the whole screen; the drawing is in its coordinates */
  draw: (seen: { model: DeckModel; state: S; size: Size }) => Drawing;
  input: (
    input: Input,
    at: { model: DeckModel; state: S; size: Size; hands: Hands; update: (change: (state: S) => S) => void },
  ) => Reaction<S>;
  /** It has just been opened: time to ask the deck for what it shows. */
  opened?: (at: { hands: Hands; update: (change: (state: S) => S) => void }) => void;
  /** What it is about is over: it closes by itself. */
  isOver?: (model: DeckModel, state: S) => boolean;
  /** It has been closed, however. */
  closed?: (state: S, hands: Hands) => void;
}

/** The reply to a command, or why there is none and what to do about it. */
export type Answered<R> = { reply: R } | { problem: string; code?: string | undefined };

/** What actions may do to the world; the shell is behind it, in tests a recorder. */
export interface Hands {
  /**
   * Sends a command to the deck. A refusal is told to the netrunner, and the reply is undefined.
   * @param done what to say when it is carried out
   */
  send<C extends Command>(command: C, done?: string): Promise<Replies[C["type"]] | undefined>;
  /** Sends a command whose refusal is shown where it was asked for. */
  ask<C extends Command>(command: C): Promise<Answered<Replies[C["type"]]>>;
  /** Shows a page, about this. */
  show(page: string, aim?: Focus): void;
  /** Back to the page before. */
  back(): void;
  /** Lays a dialog over everything. */
  open<S>(dialog: Dialog<S>): void;
  /** Says something in the line at the bottom, until the next word. */
  say(text: string, look?: Look): void;
  /** Puts a text into the clipboard, by the terminal and by the machine. */
  copy(text: string, what: string): void;
  /** Takes something that waits out of sight, for as long as this cockpit is open. */
  putAside(need: string): void;
  /** The run that is meant where nothing says which; null: none that is over, but those that are open. */
  choose(run: string | null): void;
  /** Runs an action by its id, as its key would. */
  act(id: string): void;
  /** Looks at the local files that the deck knows of, catalogues and diagnoses: what needs no deck. */
  readonly local: Local;
  /** Leaves the cockpit; the fleet goes on. */
  quit(): void;
}

/** The brake as far as it is shown and tried. */
export interface LocalBrake {
  rules: (tier: Tier) => readonly RuleLine[];
  explain: (question: Pick<BrakeQuestion, "tool" | "input" | "tier" | "workspace">) => string;
}

/** What the cockpit gets from its machine beside the deck. */
export interface Local {
  /** What was written before in a kind of prompt, the latest last. */
  history(kind: string): readonly string[];
  remember(kind: string, text: string): void;
  /** What was begun and not sent. */
  draft(kind: string): string;
  keepDraft(kind: string, text: string): void;
  /** The brake of a home, for whoever asks without a run; left out where there is none at hand. Rejects where its file is wrong. */
  brake?(home: string): Promise<LocalBrake>;
  /** The profiles that a construct can adopt, by name. */
  profiles(): Promise<readonly { name: string; about: string }[]>;
  /** What is in the catalogues of the home now. */
  catalogues(): Promise<CatalogueListing>;
}
