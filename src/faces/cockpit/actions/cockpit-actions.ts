import { helpDialog } from "../dialogs/help.ts";
import { paletteDialog } from "../dialogs/palette.ts";
import type { Action } from "../page.ts";
import type { Shell } from "./shell.ts";

/** What concerns the cockpit itself. */
export const cockpitActions = (shell: Shell): Action<null>[] => [
  {
    id: "page.left",
    title: "page to the left",
    isPlain: true,
    keys: ["a", "left"],
    run: ({ hands }) => hands.show(neighbour(shell, -1)),
  },
  {
    id: "page.right",
    title: "page to the right",
    isPlain: true,
    keys: ["d", "right"],
    run: ({ hands }) => hands.show(neighbour(shell, 1)),
  },
  ...shell.pages.map(({ name, title }): Action<null> => ({
    id: `show.${name}`,
    title: `show: ${title.toLowerCase()}`,
    keys: pageKeys[name] ?? [],
    run: ({ hands }) => hands.show(name),
  })),
  {
    id: "cockpit.palette",
    title: "find an action by its name",
    isPlain: true,
    keys: ["ctrl+p", ":"],
    run: ({ hands }) => hands.open(paletteDialog(shell.actions().filter((one) => !one.isPlain && one.can()))),
  },
  { id: "cockpit.help", title: "all keys", keys: ["?"], run: ({ hands }) => hands.open(helpDialog(shell.help())) },
  { id: "page.back", title: "back", isPlain: true, keys: ["escape"], run: ({ hands }) => hands.back() },
  {
    id: "deck.attach",
    title: "attach to the deck again",
    keys: ["R"],
    can: ({ model }) => model.link.state === "lost",
    run: () => shell.attach(),
  },
  { id: "cockpit.redraw", title: "draw everything again", keys: ["ctrl+l"], isRare: true, run: () => shell.redraw() },
  { id: "cockpit.suspend", title: "suspend the cockpit", keys: ["ctrl+z"], isRare: true, run: () => shell.suspend() },
];

/** Pages that have a key of their own. */
const pageKeys: Record<string, readonly string[]> = { inbox: ["i"], limits: ["l"], nodes: ["N"] };

function neighbour({ pages, front }: Shell, by: number): string {
  const at = pages.findIndex(({ name }) => name === front());
  return pages[(at + by + pages.length) % pages.length]?.name ?? front();
}
