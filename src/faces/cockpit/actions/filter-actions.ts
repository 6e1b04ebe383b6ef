import { liveLineDialog } from "../dialogs/live-line.ts";
import type { Action, At, Seen } from "../page.ts";

/** A list of a page that can be filtered. */
export interface Filtered<S> {
  get: (state: S) => string;
  /** `restarts`: the cursor goes to the first that is shown. */
  set: (state: S, filter: string, restarts: boolean) => S;
  /** Whether there is anything to filter; left out: there is. */
  can?: (seen: Seen<S>) => boolean;
  /** What a filter lets through, of how many, and what of it is not understood. */
  found: (seen: Pick<Seen<S>, "model" | "state">) => {
    rows: readonly unknown[];
    all: number;
    problem?: string | null;
  };
}

/** The keys of a filter: / begins or changes it, Esc takes it away. */
export const filterActions = <S>(page: string, of: Filtered<S>): Action<S>[] => [
  {
    id: `${page}.filter`,
    title: "filter",
    keys: ["/"],
    ...(of.can === undefined ? {} : { can: of.can }),
    run: (at) => openFilter(page, of, at),
  },
  {
    id: `${page}.filter_off`,
    title: "filter off",
    keys: ["escape"],
    can: ({ state }) => of.get(state) !== "",
    run: ({ state }) => of.set(state, "", false),
  },
];

/** The line in which a filter is written, while the list shows what comes of it. */
export function openFilter<S>(page: string, of: Filtered<S>, { state, hands, update }: At<S>): void {
  let filter = of.get(state);
  hands.open(
    liveLineDialog({
      name: `${page}.filter`,
      mark: "/",
      initial: filter,
      note: (model) => {
        const { rows, all, problem } = of.found({ model, state: of.set(state, filter, false) });
        return problem ?? `${rows.length} of ${all}`;
      },
      changed: (text) => {
        filter = text ?? "";
        update((now) => of.set(now, filter, text !== null));
      },
    }),
  );
}
