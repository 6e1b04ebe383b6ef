import type { DeckEvent } from "../../protocol/event.ts";
import { globalActions } from "./actions/actions.ts";
import type { Shell } from "./actions/shell.ts";
import type { HelpSection } from "./dialogs/help.ts";
import type { Drawing } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import { atLeast, crampedDrawing, isCramped } from "./cramped.ts";
import { helpSections } from "./help-sections.ts";
import { hintsOf } from "./hints.ts";
import { bodySize, bodyTop, fittingHints, frameOf, hintAt, type Chrome } from "./frame.ts";
import { tabAt } from "./tabs.ts";
import { readKeyName } from "./key-name.ts";
import { targetAt } from "./pointing.ts";
import { actionFor, keyName, keysOf, type OwnKeys } from "./keymap.ts";
import type { DeckModel } from "./model/deck-model.ts";
import { needInFocus, needsOf } from "./model/needs.ts";
import { mount, mountDialog, type BoundAction, type Mounted, type MountedDialog } from "./mount.ts";
import type { Dialog, Focus, Hands } from "./page.ts";
import { pages } from "./pages.ts";
import { gridOf, type Grid } from "./screen/grid.ts";
import type { Input } from "./screen/input.ts";
import type { Size } from "./screen/size.ts";

/** How long a word stays at the bottom, milliseconds. */
const wordMs = 6000;
/** The most pages that "back" goes through. */
const mostBefore = 20;

/** What a stage is given. */
export interface StageParts {
  model: DeckModel;
  hands: Hands;
  keys: OwnKeys;
  size: () => Size;
  shell: Omit<Shell, "pages" | "front" | "actions" | "help" | "shownAt">;
  /** What it shows is not the same any more. */
  changed: () => void;
}

/** What is on the screen: the page in front, the dialogs over it, the word at the bottom; and what an input means there. */
export class Stage {
  readonly #parts: StageParts;
  readonly #pages: readonly Mounted[];
  readonly #globals: Mounted;
  #front: Mounted;
  #before: Mounted[] = [];
  #dialogs: MountedDialog[] = [];
  /** The target of the last click. */
  #clicked: string | null = null;
  #word: { text: string; look: Look; until: number } | null = null;

  /** The need under the cursor, and since which picture. */
  #under: { need: string | null; at: number } = { need: null, at: 0 };

  constructor(parts: StageParts) {
    this.#parts = parts;
    const { hands, changed, shell } = parts;
    this.#pages = pages.map((page) => page(hands, changed));
    const [first] = this.#pages;
    if (first === undefined) throw new Error("a cockpit has pages");
    this.#front = first;
    const whole: Shell = {
      ...shell,
      pages: this.#pages,
      front: () => this.#front.name,
      actions: () => this.actions(),
      help: () => this.#help(),
      shownAt: (need) => (this.#under.need === need ? this.#under.at : parts.model.now),
    };
    const actions = globalActions(whole);
    const everywhere = { name: "everywhere", title: "", begin: () => null, draw: () => ({ parts: [] }), actions };
    this.#globals = mount({ ...everywhere, focus: () => this.#focus() }, hands, changed);
  }

  /** Something is shown that goes away by itself. */
  get isPassing(): boolean {
    return this.#word !== null;
  }

  /** The page in front goes on by itself. */
  get isMoving(): boolean {
    return this.#front.moves(this.#parts.model, this.#body());
  }

  /** Time has passed for a page that goes on by itself. */
  move(): void {
    this.#front.moved(this.#parts.model, this.#body());
  }

  /** The picture as it is now. */
  frame(): Grid {
    const { model } = this.#parts;
    const terminal = this.#parts.size();
    const size = atLeast(terminal);
    for (const dialog of this.#dialogs) if (dialog.isOver(model)) this.#close(dialog);
    if (this.#word !== null && this.#word.until < model.now) this.#word = null;
    const need = needInFocus(model, this.#focus())?.id ?? null;
    if (need !== this.#under.need) this.#under = { need, at: model.now };
    const dialogs = this.#dialogs.map((dialog): Drawing => dialog.draw(model, size));
    if (isCramped(terminal)) {
      const small = crampedDrawing(terminal, needsOf(model).length, this.#ways());
      const parts = [...small.parts, ...dialogs.flatMap((dialog) => dialog.parts)];
      return gridOf({ parts, cursor: dialogs.at(-1)?.cursor }, terminal);
    }
    const page = this.#front.draw(model, bodySize(size));
    return gridOf(frameOf(model, this.#chrome(), page, dialogs, size), size);
  }

  /** Does what an input means here: the dialog on top has it first. */
  take(raw: Input): void {
    const { model } = this.#parts;
    const size = atLeast(this.#parts.size());
    const top = this.#dialogs.at(-1);
    const input =
      top !== undefined && raw.type === "mouse" && raw.kind === "press"
        ? { ...raw, target: targetAt(top.draw(model, size), raw.x, raw.y) }
        : raw;
    if (top !== undefined && input.type === "key" && this.#eject(input.key, top)) return;
    if (top?.input(input, model, size) === true) return;
    const isCovered = top !== undefined || isCramped(this.#parts.size());
    if (input.type === "key") this.#press(input.key, isCovered);
    if (isCovered || input.type !== "mouse") return;
    if (input.kind === "wheel") this.#front.wheeled(input.wheel, model, this.#body());
    if (input.kind === "press") this.#click(input.x, input.y);
  }

  /** An event of the deck; the model has it already. */
  heard(event: DeckEvent): void {
    for (const page of this.#pages) page.heard(event, this.#parts.model, this.#body());
  }

  show(name: string, aim: Focus): void {
    const page = this.#pages.find((one) => one.name === name);
    if (page === undefined) return;
    if (page !== this.#front) this.#before = [...this.#before.slice(1 - mostBefore), this.#front];
    this.#front = page;
    page.enter(aim, this.#parts.model, this.#body());
    this.#parts.changed();
  }

  back(): void {
    this.#front = this.#before.pop() ?? this.#front;
    this.#parts.changed();
  }

  open<S>(dialog: Dialog<S>): void {
    const { hands, changed } = this.#parts;
    const mounted: MountedDialog = mountDialog(dialog, { hands, changed, close: () => this.#close(mounted) });
    this.#dialogs = [...this.#dialogs, mounted];
    changed();
  }

  say(text: string, look: Look = "plain"): void {
    this.#word = { text, look, until: this.#parts.model.now + wordMs };
    this.#parts.changed();
  }

  act(id: string): void {
    const action = this.actions().find((one) => one.id === id);
    if (action?.can() === true) action.run();
  }

  /** Everything that can be done here: what the page itself offers first. */
  actions(): BoundAction[] {
    const { model } = this.#parts;
    return [...this.#front.actions(model, this.#body()), ...this.#globals.actions(model, this.#body())];
  }

  #press(key: string, isCovered: boolean): void {
    const actions = this.actions().filter(({ id }) => !isCovered || overDialogs.has(id));
    const action = actionFor(key, actions, this.#parts.keys);
    if (action === undefined) return;
    this.#word = null;
    if (action.can()) action.run(key);
    else this.say(`${keyName(key)} (${action.title}) has nothing to act on here`, "warning");
  }

  /** The key that stops everything goes past every dialog; in its own, it is the yes. */
  #eject(key: string, top: MountedDialog): boolean {
    const { model, keys } = this.#parts;
    const action = this.actions().find(({ id }) => id === "deck.eject");
    if (action === undefined || !keysOf(action, keys).includes(key)) return false;
    if (top.name === "eject") top.input({ type: "key", key: "enter", text: "" }, model, this.#parts.size());
    else action.run(key);
    return true;
  }

  #click(x: number, y: number): void {
    const { model } = this.#parts;
    const { columns, rows } = this.#parts.size();
    const before = this.#clicked;
    this.#clicked = null;
    if (y === 0) return this.act("needs.next");
    if (y < bodyTop) {
      const tab = y === bodyTop - 1 ? tabAt(this.#chrome(), model, x, columns) : undefined;
      return tab === undefined ? undefined : this.show(tab, {});
    }
    if (y === rows - 1) {
      const key = readKeyName(hintAt(this.#chrome(), x) ?? "");
      return key === undefined ? undefined : this.#press(key, false);
    }
    const front = this.#front;
    const target = targetAt(front.draw(model, this.#body()), x, y - bodyTop);
    if (target === undefined) return;
    const isChosen = before === target && Object.values(front.focus(model, this.#body())).includes(target);
    this.#clicked = target;
    front.clicked(target, model, this.#body());
    // A second click on what is chosen does what Enter does, unless the page has done so.
    if (isChosen && this.#front === front) this.#press("enter", false);
  }

  #chrome(): Chrome {
    const { model } = this.#parts;
    const { columns } = this.#parts.size();
    const focus = this.#focus();
    // Under a dialog, no key of the page does anything.
    const actions = this.actions().filter(({ id }) => this.#dialogs.length === 0 || namedOverDialogs.has(id));
    return {
      tabs: this.#pages,
      front: this.#front.name,
      word: this.#word,
      hints: fittingHints(hintsOf(actions, this.#parts.keys, needInFocus(model, focus), focus), columns),
    };
  }

  /** What can be done where there is no room to see anything. */
  #ways(): (readonly [string, string])[] {
    return this.actions().flatMap((action): (readonly [string, string])[] => {
      const [key] = keysOf(action, this.#parts.keys);
      return key !== undefined && ["deck.eject", "cockpit.quit"].includes(action.id)
        ? [[keyName(key), action.title]]
        : [];
    });
  }

  #help(): HelpSection[] {
    const { model, keys } = this.#parts;
    const named = (actions: BoundAction[]): BoundAction[] =>
      actions.map((action) => ({ ...action, keys: keysOf(action, keys) })).filter((action) => action.keys.length > 0);
    const of = (page: Mounted): BoundAction[] => named(page.actions(model, this.#body()));
    const others = this.#pages.filter((page) => page !== this.#front);
    return helpSections(
      { title: `On this page: ${this.#front.title}`, actions: of(this.#front) },
      { title: "Everywhere", actions: of(this.#globals) },
      others.map((page) => ({ title: `On the page ${page.title}`, actions: of(page) })),
    );
  }

  #focus(): Focus {
    const { model } = this.#parts;
    const own = this.#front.focus(model, this.#body());
    return { ...own, run: own.run ?? model.current ?? undefined };
  }

  #close(dialog: MountedDialog): void {
    this.#dialogs = this.#dialogs.filter((one) => one !== dialog);
    dialog.closed();
  }

  readonly #body = (): Size => bodySize(atLeast(this.#parts.size()));
}

/** What is done even where a dialog covers the page; and what of that is worth a hint. */
const namedOverDialogs: ReadonlySet<string> = new Set(["deck.eject", "cockpit.quit"]);
const overDialogs: ReadonlySet<string> = new Set(["deck.eject", "cockpit.quit", "cockpit.suspend", "cockpit.redraw"]);
