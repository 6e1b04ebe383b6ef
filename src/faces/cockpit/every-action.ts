import { globalActions } from "./actions/actions.ts";
import { newModel } from "./model/deck-model.ts";
import type { Known } from "./own-keys.ts";
import type { Hands } from "./page.ts";
import { pages } from "./pages.ts";

/** Every action that the cockpit has: of its pages in their order, then those of all pages. */
export function everyAction(): Known[] {
  const model = newModel(0);
  const size = { columns: 80, rows: 20 };
  const mounted = pages.map((page) => page(idle, () => {}));
  const ofPages = mounted.flatMap((page) =>
    page.actions(model, size).map(({ id, title, keys }) => ({ id, title, keys, page: page.name })),
  );
  const shell = {
    pages: mounted,
    front: () => "",
    suspend: () => {},
    attach: () => {},
    redraw: () => {},
    actions: () => [],
    help: () => [],
    shownAt: () => 0,
  };
  return [...ofPages, ...globalActions(shell).map(({ id, title, keys }) => ({ id, title, keys, page: null }))];
}

/** Nothing is done: the actions are only listed. */
const idle: Hands = {
  send: () => Promise.resolve(undefined),
  ask: () => Promise.resolve({ problem: "" }),
  show: () => {},
  back: () => {},
  open: () => {},
  say: () => {},
  copy: () => {},
  putAside: () => {},
  choose: () => {},
  act: () => {},
  local: {
    history: () => [],
    remember: () => {},
    draft: () => "",
    keepDraft: () => {},
    profiles: () => Promise.resolve([]),
    catalogues: () => new Promise(() => {}),
  },
  quit: () => {},
};
