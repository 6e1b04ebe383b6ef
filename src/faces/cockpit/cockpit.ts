import type { Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { Port, Replies } from "../../host/port.ts";
import type { Command } from "../../protocol/command.ts";
import type { Copy } from "./copying.ts";
import { Caller, type Calling } from "./attention/caller.ts";
import { noticeDialog } from "./dialogs/notice.ts";
import { welcomeDialog, type Provider } from "./dialogs/welcome.ts";
import { followDeck } from "./follow-deck.ts";
import type { OwnKeys } from "./keymap.ts";
import { leaveRecord, mean, newModel, type DeckModel } from "./model/deck-model.ts";
import type { Answered, Hands, Local } from "./page.ts";
import type { Screen } from "./screen/screen.ts";
import { Stage } from "./stage.ts";

/** What the cockpit is made of. */
export interface CockpitParts {
  screen: Screen;
  /** Finds the deck of the home; `there`: only if it runs already, else it is started. */
  openDeck: (how: "there" | Provider) => Promise<OpenDeck>;
  /** The netrunner has asked for a deck with the scripted model. */
  isOffline: boolean;
  /** Whether the agent has a login or a key, as far as that can be seen, and where. */
  login: () => Promise<{ present: boolean; how: string }>;
  clock: Clock;
  local: Local;
  /** Puts a text into the machine's clipboard and the terminal's. */
  copy: Copy;
  keys: OwnKeys;
  /** What cannot be used of the settings, to be told at the start. */
  problems?: readonly string[];
  /** How the netrunner is called; left out: not at all. */
  calling?: Calling;
  /** Stops this process as Ctrl+Z does elsewhere; resolves when it goes on. */
  suspend: () => Promise<void>;
}

export interface OpenDeck {
  port: Port;
  close: () => Promise<void>;
}

/** What comes from the deck is drawn at most this often, milliseconds: 15 times a second. A key is drawn at once. */
const frameMs = 66;
/** A terminal that takes long to show a frame gets fewer: at most this part of the time goes into showing them. */
const mostOfTime = 1 / 3;
/** How often what counts in seconds is drawn, milliseconds. */
const tickMs = 1000;
/** How often a page is drawn that goes on by itself, milliseconds. */
const moveMs = 100;

/**
 * The terminal face: shows what a deck does, and does what the netrunner's keys say. It attaches to a host, whose fleet goes on whatever
 * becomes of it. One life: `run` until the netrunner leaves.
 */
export class Cockpit {
  readonly #parts: CockpitParts;
  readonly #model: DeckModel;
  readonly #stage: Stage;
  readonly #left = Promise.withResolvers<void>();
  readonly #caller: Caller | null;
  #deck: OpenDeck | null = null;
  #timer: Disposable | null = null;
  #ticker: Disposable | null = null;
  #mover: Disposable | null = null;
  /** When the next frame may be drawn for what comes from the deck, on the monotonic clock. */
  #nextAt = -Infinity;
  #isOver = false;
  #isSuspended = false;

  constructor(parts: CockpitParts) {
    this.#parts = parts;
    this.#model = newModel(parts.clock.now());
    const { calling, screen } = parts;
    this.#caller = calling === undefined ? null : new Caller(calling, (sequence) => screen.signal(sequence));
    const shell = {
      suspend: () => this.suspend(),
      attach: () => void this.#attachAgain(),
      redraw: () => this.#redraw(),
    };
    this.#stage = new Stage({
      model: this.#model,
      hands: this.#hands(),
      keys: parts.keys,
      size: () => parts.screen.size,
      shell,
      changed: () => this.#drawSoon(),
    });
  }

  /** Resolves when the netrunner has left and the terminal is as it was found. */
  async run(): Promise<void> {
    try {
      const { problems = [] } = this.#parts;
      if (problems.length > 0)
        this.#stage.open(noticeDialog("cockpit.toml", [...problems, "", "The rest of it holds."]));
      this.#redraw();
      void this.#attach();
      this.#tick();
      await this.#left.promise;
    } finally {
      this.leave();
      await this.#deck?.close();
    }
  }

  /** Gives the terminal back at once and for good; `run` comes to its end. */
  leave(): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
    this.#ticker?.[Symbol.dispose]();
    this.#mover?.[Symbol.dispose]();
    this.#parts.screen.stop();
    this.#left.resolve();
  }

  /** Stops as by Ctrl+Z, and draws again when it goes on. */
  suspend(): void {
    if (this.#isOver || this.#isSuspended) return;
    this.#isSuspended = true;
    this.#parts.screen.stop();
    void this.#parts
      .suspend()
      .catch((error: unknown) => this.#stage.say(`this process cannot be suspended: ${messageOf(error)}`, "bad"))
      .finally(() => {
        this.#isSuspended = false;
        this.#redraw();
      });
  }

  /** It goes on after it was stopped by somebody: whatever is on the terminal now is not ours. */
  resumed(): void {
    if (!this.#isSuspended) this.#redraw();
  }

  /** Finds the deck and follows it until it ends. */
  async #attach(provider?: Provider): Promise<void> {
    this.#model.link = { state: "attaching" };
    try {
      const deck = await this.#open(provider);
      if (deck === undefined) return;
      if (this.#isOver) return await deck.close();
      this.#deck = deck;
      await followDeck(deck.port, this.#model, {
        // What the netrunner has opened the cockpit for: it does not wait for its turn.
        attached: () => this.#draw(),
        changed: () => this.#drawSoon(),
        heard: (event) => this.#stage.heard(event),
      });
      this.#lose(new Fault("setup", "deck.ended", "the host has ended", { hint: "R starts it again." }));
    } catch (error) {
      this.#lose(error);
    }
  }

  /** The deck that runs, whatever its model; else one that is started, after a question where it could not do anything. */
  async #open(chosen?: Provider): Promise<OpenDeck | undefined> {
    if (chosen !== undefined) return this.#parts.openDeck(chosen);
    if (this.#parts.isOffline) return this.#parts.openDeck("offline");
    try {
      return await this.#parts.openDeck("there");
    } catch (error) {
      if (!(error instanceof Fault && error.code === "deck.not_running")) throw error;
    }
    const login = await this.#parts.login();
    if (login.present) return this.#parts.openDeck("ordinary");
    this.#stage.open(welcomeDialog(login.how, (provider) => void this.#attach(provider)));
    return undefined;
  }

  async #attachAgain(): Promise<void> {
    const before = this.#deck;
    this.#deck = null;
    await before?.close();
    await this.#attach();
  }

  #lose(error: unknown): void {
    this.#model.link = { state: "lost", why: messageOf(error), hint: hintOf(error) };
    this.#drawSoon();
  }

  /** Takes the terminal, and draws from nothing: at the start, and after something else has written on it. */
  #redraw(): void {
    if (this.#isOver) return;
    const { screen, clock } = this.#parts;
    screen.stop();
    this.#caller?.forgotten();
    screen.start({
      input: (input) => {
        this.#model.now = clock.now();
        if (input.type === "focus") this.#caller?.focused(input.focused);
        else this.#caller?.pressed(this.#model.now);
        this.#stage.take(input);
        this.#draw();
      },
      resize: () => this.#draw(),
    });
    this.#draw();
  }

  #drawSoon(): void {
    if (this.#isOver || this.#timer !== null) return;
    const { clock } = this.#parts;
    this.#timer = clock.after(Math.max(0, this.#nextAt - clock.monotonic()), () => this.#draw());
  }

  #draw(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    if (this.#isOver) return;
    const { screen, clock } = this.#parts;
    this.#model.now = clock.now();
    const began = clock.monotonic();
    screen.show(this.#stage.frame());
    this.#caller?.look(this.#model);
    this.#nextAt = began + Math.max(frameMs, (clock.monotonic() - began) / mostOfTime);
    if (this.#stage.isMoving) this.#moveOn();
  }

  #moveOn(): void {
    this.#mover ??= this.#parts.clock.after(moveMs, () => {
      this.#mover = null;
      if (this.#isOver || this.#isSuspended) return;
      this.#model.now = this.#parts.clock.now();
      this.#stage.move();
      this.#draw();
    });
  }

  /** Times and countdowns go on where something is at work or waits. */
  #tick(): void {
    if (this.#isOver) return;
    this.#ticker = this.#parts.clock.after(tickMs, () => {
      if (this.#stage.isPassing || [...this.#model.runs.values()].some((view) => view.closedAt === null))
        this.#drawSoon();
      this.#tick();
    });
  }

  async #ask<C extends Command>(command: C): Promise<Answered<Replies[C["type"]]>> {
    if (this.#deck === null) return { problem: "there is no deck to tell: R attaches again" };
    try {
      return { reply: await this.#deck.port.send(command) };
    } catch (error) {
      const problem = [messageOf(error), hintOf(error)].filter((text) => text !== "").join(". ");
      return { problem, code: error instanceof Fault ? error.code : undefined };
    }
  }

  #hands(): Hands {
    return {
      send: async (command, done) => {
        const answered = await this.#ask(command);
        if ("problem" in answered) this.#stage.say(answered.problem, "bad");
        else if (done !== undefined) this.#stage.say(done, "good");
        return "reply" in answered ? answered.reply : undefined;
      },
      ask: (command) => this.#ask(command),
      show: (page, aim = {}) => this.#stage.show(page, aim),
      back: () => this.#stage.back(),
      open: (dialog) => this.#stage.open(dialog),
      say: (text, look) => this.#stage.say(text, look),
      copy: (text, what) => {
        void this.#parts
          .copy(text)
          .catch(messageOf)
          .then((problem) => this.#stage.say(problem ?? `copied: ${what}`, problem === undefined ? "good" : "bad"));
      },
      putAside: (need) => {
        this.#model.aside.add(need);
        this.#drawSoon();
      },
      choose: (run) => {
        if (run === null) leaveRecord(this.#model);
        else mean(this.#model, run);
        this.#drawSoon();
      },
      act: (id) => this.#stage.act(id),
      local: this.#parts.local,
      quit: () => this.#left.resolve(),
    };
  }
}

const hintOf = (error: unknown): string => (error instanceof Fault ? (error.hint ?? "") : "");
