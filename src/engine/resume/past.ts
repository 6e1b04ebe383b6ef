import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { earlierLoop, type EarlierLoop } from "../daemon/unfinished.ts";
import { cutEjectOf, type CutEject } from "../eject/cut-eject.ts";
import { unasked } from "../own-tasks.ts";
import { tracesOf, type Trace } from "./traces.ts";

/** What the log of a run tells of its earlier lives, beyond its view. */
export interface Past {
  /** How its constructs stood. */
  traces: ReadonlyMap<string, Trace>;
  /** How its daemon stood. */
  loop: EarlierLoop;
  /** What the run was opened for and nobody had come to. */
  unasked: string[];
  /** The eject over which its deck died. */
  cutEject: CutEject | undefined;
}

export const noPast: Past = {
  traces: new Map(),
  loop: { status: "working", unfinished: undefined },
  unasked: [],
  cutEject: undefined,
};

export const pastOf = (events: readonly DeckEvent[], { settings }: RunView): Past => ({
  traces: tracesOf(events, settings.idle_limit_ms),
  loop: earlierLoop(events),
  unasked: unasked(events),
  cutEject: cutEjectOf(events),
});
