import type { At } from "../page.ts";
import { changeEntries, textEntries } from "./file-entries.ts";
import { fileHere, newOpenFile, runOf, type FilePart, type FilesState, type OpenFile } from "./files-state.ts";
import { readChanges } from "./load-changes.ts";

type Now = Pick<At<FilesState>, "model" | "state" | "hands" | "update">;

/** Files are asked for at most so often, milliseconds: twenty constructs write all the time. */
const leastBetweenMs = 1000;

/** Whether it is time to ask again. */
export const isDue = ({ isStale, isLoading, askedAt }: FilesState, now: number): boolean =>
  isStale && !isLoading && now - askedAt >= leastBetweenMs;

/**
 * Asks the deck for the files of the run, and for the open one once more.
 * @param isRefresh something was written: the open one is read again only where that was something of its own
 */
export async function loadFiles(at: Now, isRefresh = false): Promise<void> {
  const { run, isLoading, open, files } = at.state;
  if (run === null || isLoading) return;
  // The key that has led here sets a state of its own first.
  await Promise.resolve();
  at.update((now) => ({ ...now, isLoading: true, isStale: false, askedAt: at.model.now }));
  const answer = await at.hands.ask({ type: "files.list", run });
  const news = "problem" in answer ? { problem: answer.problem } : { problem: "", files: answer.reply.files };
  at.update((now) => (now.run === run ? { ...now, ...news } : now));
  if (open !== null) {
    const state = { ...at.state, ...news };
    const { path } = open;
    const isListedAnew = usesOf(files, path) !== usesOf(state.files, path);
    const hasChanged = await loadChanges({ ...at, state }, run, path);
    if (!isRefresh || isListedAnew || hasChanged) await loadText(at, run, path);
  }
  at.update((now) => ({ ...now, isLoading: false }));
}

/** Another text when something of a file is told otherwise than before. */
const usesOf = (files: FilesState["files"], path: string): string =>
  JSON.stringify(files?.find((file) => file.path === path) ?? null);

/** Opens a file: what is in it, and its changes, are asked for. */
export function openFile(at: Now, path: string, part: FilePart): FilesState {
  const wraps = at.state.open?.wraps ?? true;
  const state: FilesState = {
    ...at.state,
    listing: { ...at.state.listing, cursor: path },
    open: { ...newOpenFile(path, part), wraps },
  };
  void loadOpen({ ...at, state }, path);
  return state;
}

async function loadOpen(at: Now, path: string): Promise<void> {
  const { run } = at.state;
  if (run === null) return;
  // The key that has led here sets a state of its own first.
  await Promise.resolve();
  await Promise.all([loadText(at, run, path), loadChanges(at, run, path)]);
}

async function loadText({ hands, update }: Now, run: string, path: string): Promise<void> {
  const answer = await hands.ask({ type: "file.read", run, path });
  update((now) =>
    changed(now, run, path, (open) => {
      if ("problem" in answer) return { ...open, text: { state: "refused", problem: answer.problem } };
      const { reply } = answer;
      const known = open.text.state === "there" ? open.text.it : undefined;
      const isSame = known?.about.text === reply.text && known.about.bytes === reply.bytes;
      const entries = isSame ? known.entries : textEntries(reply, open.wraps);
      return { ...open, text: { state: "there", it: { about: reply, entries } } };
    }),
  );
}

/** True: there is more of them on record than was known. */
async function loadChanges({ model, state, hands, update }: Now, run: string, path: string): Promise<boolean> {
  const file = fileHere({ model, state: { ...state, filter: "", open: newOpenFile(path, "changes") } });
  const changes = state.open?.path === path ? state.open.changes : undefined;
  const known = changes?.state === "there" ? changes.it.about : undefined;
  const workspace = runOf({ model, state })?.workspace ?? "/";
  const found = await readChanges(hands, { run, path, workspace, constructs: file?.constructs ?? [] }, known);
  if (found === known) return false;
  const asked: OpenFile["changes"] =
    "problem" in found
      ? { state: "refused", problem: found.problem }
      : { state: "there", it: { about: found, entries: changeEntries(found.events) } };
  update((now) => changed(now, run, path, (open) => ({ ...open, changes: asked })));
  return "problem" in found || found.events.length !== known?.events.length;
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
