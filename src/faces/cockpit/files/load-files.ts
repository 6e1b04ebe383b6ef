import type { DeckEvent, EventType } from "../../../protocol/event.ts";
import type { At } from "../page.ts";
import { changeEntries, textEntries } from "./file-entries.ts";
import { fileHere, newOpenFile, runOf, type FilePart, type FilesState, type OpenFile } from "./files-state.ts";

type Now = Pick<At<FilesState>, "model" | "state" | "hands" | "update">;

/** Files are asked for at most so often, milliseconds: twenty constructs write all the time. */
const leastBetweenMs = 1000;

/** Events of a construct are looked through so many at a time, and at most so many times. */
const pageOfEvents = 500;
const mostPages = 20;

const callTypes: EventType[] = ["construct.tool_called", "construct.tool_returned"];

/** Whether it is time to ask again. */
export const isDue = ({ isStale, isLoading, askedAt }: FilesState, now: number): boolean =>
  isStale && !isLoading && now - askedAt >= leastBetweenMs;

/** Asks the deck for the files of the run, and for the open one once more. */
export async function loadFiles(at: Now): Promise<void> {
  const { run, isLoading, open } = at.state;
  if (run === null || isLoading) return;
  // The key that has led here sets a state of its own first.
  await Promise.resolve();
  at.update((now) => ({ ...now, isLoading: true, isStale: false, askedAt: at.model.now }));
  const answer = await at.hands.ask({ type: "files.list", run });
  at.update((now) => {
    if (now.run !== run) return { ...now, isLoading: false };
    const news = "problem" in answer ? { problem: answer.problem } : { problem: "", files: answer.reply.files };
    return { ...now, ...news, isLoading: false };
  });
  if (open !== null) await loadOpen(at, open.path);
}

/** Opens a file: what is in it, and its changes, are asked for. */
export function openFile(at: Now, path: string, part: FilePart): FilesState {
  const wraps = at.state.open?.wraps ?? true;
  void loadOpen(at, path);
  return {
    ...at.state,
    listing: { ...at.state.listing, cursor: path },
    open: { ...newOpenFile(path, part), wraps },
  };
}

async function loadOpen(at: Now, path: string): Promise<void> {
  const { run } = at.state;
  if (run === null) return;
  await Promise.resolve();
  await Promise.all([loadText(at, run, path), loadChanges(at, run, path)]);
}

async function loadText({ hands, update }: Now, run: string, path: string): Promise<void> {
  const answer = await hands.ask({ type: "file.read", run, path });
  update((now) =>
    changed(now, run, path, (open) => ({
      ...open,
      text:
        "problem" in answer
          ? { state: "refused", problem: answer.problem }
          : { state: "there", it: { about: answer.reply, entries: textEntries(answer.reply, open.wraps) } },
    })),
  );
}

async function loadChanges({ model, state, hands, update }: Now, run: string, path: string): Promise<void> {
  const file = fileHere({ model, state: { ...state, filter: "", open: newOpenFile(path, "changes") } });
  const workspace = runOf({ model, state })?.workspace ?? "/";
  const events: DeckEvent[] = [];
  let isWhole = true;
  for (const construct of file?.constructs ?? []) {
    let after = 0;
    let pages = 0;
    for (let isMore = true; isMore; pages += 1) {
      if (pages === mostPages) {
        isWhole = false;
        break;
      }
      const types = callTypes;
      const answer = await hands.ask({ type: "events.list", run, construct, after, limit: pageOfEvents, types });
      if ("problem" in answer) {
        const { problem } = answer;
        return update((now) =>
          changed(now, run, path, (open) => ({ ...open, changes: { state: "refused", problem } })),
        );
      }
      events.push(...answer.reply.events);
      after = answer.reply.events.at(-1)?.seq ?? after;
      isMore = answer.reply.more;
    }
  }
  const entries = changeEntries(
    events.toSorted((one, other) => one.seq - other.seq),
    path,
    workspace,
  );
  const shown = new Set(entries.map(({ seq }) => seq));
  const about = { isWhole, events: events.filter(({ seq }) => shown.has(seq)) };
  update((now) =>
    changed(now, run, path, (open) => ({ ...open, changes: { state: "there", it: { about, entries } } })),
  );
}

/** The state with another open file, where it is still that one. */
const changed = (state: FilesState, run: string, path: string, change: (open: OpenFile) => OpenFile): FilesState =>
  state.run === run && state.open?.path === path ? { ...state, open: change(state.open) } : state;

/** The open file with its lines wrapped, or cut. */
export function wrappedOr(open: OpenFile, wraps: boolean): OpenFile {
  const { text } = open;
  if (text.state !== "there") return { ...open, wraps };
  const { about } = text.it;
  return { ...open, wraps, text: { state: "there", it: { about, entries: textEntries(about, wraps) } } };
}
