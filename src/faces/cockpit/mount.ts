import type { DeckEvent } from "../../protocol/event.ts";
import type { Drawing } from "./draw/block.ts";
import type { DeckModel } from "./model/deck-model.ts";
import type { At, Dialog, Focus, Hands, Page, Seen } from "./page.ts";
import type { Input } from "./screen/input.ts";
import type { Size } from "./screen/size.ts";

/** A page with its state inside: what the shell keeps of it. */
export interface Mounted {
  name: string;
  title: string;
  /** How many things on it want to be looked at. */
  badge: (model: DeckModel) => number;
  draw: (model: DeckModel, size: Size) => Drawing;
  focus: (model: DeckModel, size: Size) => Focus;
  /** What can be done at this moment: of another one, it is asked again. */
  actions: (model: DeckModel, size: Size) => BoundAction[];
  enter: (aim: Focus, model: DeckModel, size: Size) => void;
  heard: (event: DeckEvent, model: DeckModel, size: Size) => void;
  clicked: (target: string, model: DeckModel, size: Size) => void;
  wheeled: (rows: number, model: DeckModel, size: Size) => void;
  moves: (model: DeckModel, size: Size) => boolean;
  moved: (model: DeckModel, size: Size) => void;
}

/** An action that knows its page. */
export interface BoundAction {
  id: string;
  title: string;
  keys: readonly string[];
  isPlain: boolean;
  isRare: boolean;
  can: () => boolean;
  /** @param key by which it is done; left out: by its name */
  run: (key?: string) => void;
}

/** @param changed what it shows is not the same any more */
export function mount<S>(page: Page<S>, hands: Hands, changed: () => void): Mounted {
  let state: S | undefined;
  const here = (model: DeckModel): S => (state ??= page.begin({}, model, undefined));
  const seen = (model: DeckModel, size: Size): Seen<S> => ({ model, size, state: here(model) });
  const set = (next: S | void): void => {
    if (next === undefined) return;
    state = next;
    changed();
  };
  const at = (model: DeckModel, size: Size): At<S> => {
    const now = seen(model, size);
    return { ...now, focus: page.focus(now), hands, key: "", update: (change) => set(change(here(model))) };
  };
  return {
    name: page.name,
    title: page.title,
    badge: (model) => page.badge?.(model) ?? 0,
    draw: (model, size) => page.draw(seen(model, size)),
    focus: (model, size) => page.focus(seen(model, size)),
    actions(model, size) {
      let then: At<S> | undefined;
      return page.actions.map(({ id, title, keys, isPlain = false, isRare = false, can, run }) => ({
        id,
        title,
        keys,
        isPlain,
        isRare,
        can: () => can === undefined || can((then ??= at(model, size))),
        run: (key = "") => set(run({ ...at(model, size), key })),
      }));
    },
    enter(aim, model, size) {
      state = page.begin(aim, model, state);
      page.entered?.(at(model, size));
    },
    heard(event, model, size) {
      if (page.heard !== undefined) state = page.heard(event, seen(model, size));
    },
    clicked: (target, model, size) => set(page.clicked?.(target, at(model, size))),
    wheeled: (rows, model, size) => set(page.wheeled?.(rows, seen(model, size))),
    moves: (model, size) => page.moves?.(seen(model, size)) ?? false,
    moved(model, size) {
      const next = page.moved?.(at(model, size));
      if (next !== undefined) state = next;
    },
  };
}

/** A dialog with its state inside. */
export interface MountedDialog {
  name: string;
  draw: (model: DeckModel, size: Size) => Drawing;
  /** False: the input is none of its own. */
  input: (input: Input, model: DeckModel, size: Size) => boolean;
  isOver: (model: DeckModel) => boolean;
  closed: () => void;
}

/**
 * @param close takes it away
 * @param changed what it shows is not the same any more
 */
export function mountDialog<S>(
  dialog: Dialog<S>,
  { hands, close, changed }: { hands: Hands; close: () => void; changed: () => void },
): MountedDialog {
  let state = dialog.begin;
  const update = (change: (state: S) => S): void => {
    state = change(state);
    changed();
  };
  dialog.opened?.({ hands, update });
  return {
    name: dialog.name,
    draw: (model, size) => dialog.draw({ model, state, size }),
    input(input, model, size) {
      const reaction = dialog.input(input, { model, state, size, hands, update });
      if (reaction === "pass") return false;
      if (reaction === "close") close();
      else state = reaction.state;
      changed();
      return true;
    },
    isOver: (model) => dialog.isOver?.(model, state) ?? false,
    closed: () => dialog.closed?.(state, hands),
  };
}
