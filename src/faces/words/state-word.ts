import type { ConstructView, DaemonView, RunView } from "../../protocol/view.ts";
import type { RunStatus } from "../../protocol/run-status.ts";
import type { Style } from "./style.ts";

export interface StateWord {
  /** One column wide in every terminal. */
  glyph: string;
  word: string;
  style: Style;
}

/** How a construct's state is shown: never by colour alone. */
export const constructWord = (state: ConstructView["state"]): StateWord => words[state];

/** How a run's status is shown. */
export const runWord = (status: RunStatus): StateWord => runWords[status];

/** What the daemon is doing, in words for the netrunner; undefined for a run without one. */
export function daemonWord(view: RunView): StateWord | undefined {
  if (view.kind === "tasks") return undefined;
  if (view.status === "waiting") return { glyph: "?", word: "WAITING FOR YOU", style: "alarm" };
  if (view.status === "paused") return { glyph: "!", word: "PAUSED, IT NEEDS YOU", style: "alarm" };
  return daemonWords[view.daemon.state];
}

const words: Record<ConstructView["state"], StateWord> = {
  queued: { glyph: "·", word: "queued", style: "faint" },
  starting: { glyph: "○", word: "starting", style: "busy" },
  running: { glyph: "●", word: "running", style: "busy" },
  held: { glyph: "!", word: "HELD", style: "alarm" },
  paused: { glyph: "‖", word: "PAUSED", style: "alarm" },
  suspended: { glyph: "‖", word: "suspended", style: "warning" },
  parked: { glyph: "◌", word: "waits", style: "warning" },
  ending: { glyph: "◐", word: "ending", style: "warning" },
  done: { glyph: "✓", word: "done", style: "good" },
  failed: { glyph: "✗", word: "failed", style: "bad" },
  killed: { glyph: "■", word: "killed", style: "bad" },
  redirected: { glyph: "→", word: "moved", style: "warning" },
};

const runWords: Record<RunStatus, StateWord> = {
  running: { glyph: "●", word: "running", style: "busy" },
  waiting: { glyph: "?", word: "waiting for you", style: "alarm" },
  paused: { glyph: "!", word: "paused", style: "alarm" },
  done: { glyph: "✓", word: "done", style: "good" },
  failed: { glyph: "✗", word: "failed", style: "bad" },
  stopped: { glyph: "■", word: "stopped", style: "warning" },
};

const daemonWords: Record<DaemonView["state"], StateWord> = {
  idle: { glyph: "○", word: "waits for outcomes", style: "faint" },
  running: { glyph: "●", word: "thinking", style: "busy" },
  done: { glyph: "✓", word: "done", style: "good" },
  failed: { glyph: "✗", word: "failed", style: "bad" },
  stopped: { glyph: "■", word: "stopped", style: "faint" },
};
