import { isLive, isOfHome, type SettingLine } from "../../../protocol/setting-table.ts";
import { parseSetting, showSetting } from "../../../protocol/setting-value.ts";
import { liveSettingsSchema, type SavedSettings } from "../../../protocol/settings.ts";
import type { RunView } from "../../../protocol/view.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import type { Hands } from "../page.ts";

/** Where a change of a setting goes, and what is said about it. */
export interface Scope {
  line: SettingLine;
  run: RunView | undefined;
  /** For later runs alone, also where it could hold at once. */
  isForLater: boolean;
  /** What is kept of the home has changed. */
  kept: (saved: SavedSettings) => void;
}

/** Asks for a value; what is none is said while it is written. */
export function editSetting(scope: Scope, value: string, hands: Hands): void {
  const { line } = scope;
  hands.open(
    promptDialog(
      {
        kind: `setting.${line.name}`,
        title: line.name,
        words: [`${line.doc}: ${line.kind.unit}`, whenText(scope)],
        initial: value,
        verb: goesToRun(scope) ? "sets it" : "keeps it",
        parse: (text) => void parseSetting(line, text),
        submit: (text, own) => void changeSetting(scope, parseSetting(line, text), own),
      },
      hands,
    ),
  );
}

/** Has what is built in hold again for later runs. */
export async function forgetSetting({ line, kept }: Scope, hands: Hands): Promise<void> {
  const reply = await hands.send(
    { type: "settings.save", set: {}, unset: [line.field] },
    `${line.name}: what is built in, for later runs`,
  );
  if (reply !== undefined) kept(reply.saved);
}

async function changeSetting(scope: Scope, change: SavedSettings, hands: Hands): Promise<void> {
  const { line, run, kept } = scope;
  const value = showSetting(line, change);
  if (goesToRun(scope) && run !== undefined) {
    const settings = liveSettingsSchema.parse(change);
    await hands.send(
      { type: "settings.change", run: run.run, settings },
      `${line.name}: ${value}, at once, for ${run.run} alone`,
    );
    return;
  }
  const reply = await hands.send(
    { type: "settings.save", set: change, unset: [] },
    `${line.name}: ${value}, ${isOfHome(line.field) ? "for this home" : "from the next run on"}`,
  );
  if (reply !== undefined) kept(reply.saved);
}

const goesToRun = ({ line, run, isForLater }: Scope): boolean => run !== undefined && !isForLater && isLive(line.field);

function whenText(scope: Scope): string {
  const { line, run } = scope;
  if (goesToRun(scope)) return `It holds at once, for ${run?.run ?? "this run"} alone; S keeps one for later runs.`;
  if (isOfHome(line.field)) return "It is kept for this home.";
  return run === undefined || scope.isForLater
    ? "It is kept for the runs that begin after this."
    : "It cannot change in a run that is open: it is kept for the runs that begin after this.";
}
