import type { NotifySettings } from "../../../protocol/cockpit-settings.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { bell, notification, titleSequence, type TerminalWays } from "../screen/notification.ts";
import { callsFor, notice, titleOf, type Noticed } from "./calls.ts";

/** How the netrunner wants to be called, and how the terminal can. */
export interface Calling {
  settings: NotifySettings;
  ways: TerminalWays;
}

/** A terminal that does not tell of its focus is taken to be looked at for so long after a key, milliseconds. */
const lookingMs = 30_000;

/** Calls the netrunner by the terminal's bell, its title and the desktop. One life beside that of the cockpit. */
export class Caller {
  readonly #calling: Calling;
  readonly #signal: (sequence: string) => void;
  #before: Noticed | null = null;
  #title = "";
  /** What the terminal has told; null: nothing yet. */
  #isFocused: boolean | null = null;
  #keyAt = -Infinity;

  constructor(calling: Calling, signal: (sequence: string) => void) {
    this.#calling = calling;
    this.#signal = signal;
  }

  focused(isFocused: boolean): void {
    this.#isFocused = isFocused;
  }

  pressed(now: number): void {
    this.#keyAt = now;
  }

  /** The terminal has been given back or taken again: its title is not ours any more. */
  forgotten(): void {
    this.#title = "";
  }

  /** Looks at what there is, and calls for what is new. */
  look(model: DeckModel): void {
    // What is found when it attaches is shown, and calls nobody.
    if (model.link.state === "attaching") return;
    const { settings, ways } = this.#calling;
    const after = notice(model);
    const isFocused = this.#isFocused ?? model.now - this.#keyAt < lookingMs;
    const calls = callsFor(this.#before, after, settings, isFocused);
    this.#before = after;
    if (calls.bell) this.#signal(bell);
    if (calls.desktop !== null) this.#signal(notification(calls.desktop, ways));
    const title = titleSequence(titleOf(model), ways);
    if (title !== this.#title) this.#signal(title);
    this.#title = title;
  }
}
