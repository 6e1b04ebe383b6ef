import { markColumns, markOf, type RowAt } from "../draw/mark.ts";
import { isOfHome, settingTable, type SavedField } from "../../../protocol/setting-table.ts";
import type { SavedSettings } from "../../../protocol/settings.ts";
import type { RunView } from "../../../protocol/view.ts";
import { clip, pad, widthOf } from "../../words/width.ts";
import { bar } from "../draw/bar.ts";
import { blank, filling, line, type Line } from "../draw/block.ts";
import { cursorIn, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import { editSetting, forgetSetting, type Scope } from "../limits/change.ts";
import { settingFacts, settingGroups, type SettingFacts } from "../limits/facts.ts";
import { currentRun, isOpen, type DeckModel } from "../model/deck-model.ts";
import type { Action, At, Page, Seen } from "../page.ts";

export interface LimitsState {
  listing: Listing;
  /** What the home keeps; null: it has not been told yet. */
  saved: SavedSettings | null;
}

const fields: readonly string[] = settingGroups.flatMap(({ lines }) => lines.map(({ field }) => field));

/** Every setting with its value, what is used of it, and where a change of it goes. */
export const limitsPage: Page<LimitsState> = {
  name: "limits",
  title: "Limits",
  begin: (_aim, _model, before) => before ?? { listing: { ...newListing, cursor: fields[0] ?? null }, saved: null },
  entered: (at) => void load(at),
  draw(seen) {
    const { model, state, size } = seen;
    const run = openNow(model);
    const cursor = cursorIn(fields, state.listing);
    const shown: { line: Line; field: string | null }[] = [];
    const all = settingTable.map((setting) => settingFacts(setting, state.saved ?? {}, run, model));
    const widths = widthsFor(all);
    for (const { title, lines } of settingGroups) {
      if (shown.length > 0) shown.push({ line: blank, field: null });
      shown.push({ line: line([` ${title}`, "title"]), field: null });
      for (const setting of lines) {
        const facts = settingFacts(setting, state.saved ?? {}, run, model);
        shown.push({
          line: rowOf(
            facts,
            { place: fields.indexOf(setting.field), isCursor: setting.field === cursor },
            size.columns,
            widths,
          ),
          field: setting.field,
        });
      }
    }
    const rows = Math.max(1, size.rows - 4);
    const place = shown.findIndex(({ field }) => field === cursor);
    const first = Math.max(0, Math.min(shown.length - rows, place - Math.floor(rows / 2)));
    const view = shown.slice(first, first + rows).map((one) => one.line);
    const about = settingTable.find(({ field }) => field === cursor);
    const facts = about === undefined ? undefined : settingFacts(about, state.saved ?? {}, run, model);
    return filling(
      [
        headOf(run),
        ...view,
        ...Array.from({ length: rows - view.length }, () => blank),
        ...footOf(facts, size.columns),
      ],
      size.columns,
      size.rows,
    );
  },
  focus: () => ({}),
  actions: [
    ...listActions<LimitsState>("limits", {
      ids: () => fields,
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, listing }),
    }),
    {
      id: "limits.edit",
      title: "change it",
      keys: ["enter", "space"],
      run: (at) => edit(at, false),
    },
    {
      id: "limits.keep",
      title: "change it for later runs",
      keys: ["S"],
      can: ({ model }) => openNow(model) !== undefined,
      run: (at) => edit(at, true),
    },
    {
      id: "limits.forget",
      title: "back to what is built in, for later runs",
      keys: ["u"],
      can: (seen) => seen.state.saved?.[settingAt(seen)?.field ?? "budget_usd"] !== undefined,
      run: (at) => {
        const scope = scopeOf(at, true);
        if (scope !== undefined) void forgetSetting(scope, at.hands);
      },
    } satisfies Action<LimitsState>,
  ],
  clicked: (target, { state }) => ({ ...state, listing: movedTo(fields, fields.indexOf(target)) }),
  wheeled: (rows, { state }) => ({ ...state, listing: movedTo(fields, placeIn(fields, state.listing) + rows) }),
};

async function load({ hands, update }: At<LimitsState>): Promise<void> {
  const read = await hands.send({ type: "settings.read" });
  if (read !== undefined) update((state) => ({ ...state, saved: read.saved }));
}

function openNow(model: DeckModel): RunView | undefined {
  const run = currentRun(model);
  return run !== undefined && isOpen(run) ? run : undefined;
}

const settingAt = ({ state }: Pick<Seen<LimitsState>, "state">) =>
  settingTable.find(({ field }) => field === cursorIn(fields, state.listing));

function scopeOf({ model, state, update }: At<LimitsState>, isForLater: boolean): Scope | undefined {
  const setting = settingAt({ state });
  if (setting === undefined) return undefined;
  return {
    line: setting,
    run: openNow(model),
    isForLater,
    kept: (saved) => update((own) => ({ ...own, saved })),
  };
}

function edit(at: At<LimitsState>, isForLater: boolean): void {
  const scope = scopeOf(at, isForLater);
  if (scope === undefined) return;
  // To take the brake off takes more than a word.
  if (!isForLater && (scope.line.field === "brake" || scope.line.field === "airgap")) {
    at.hands.act("deck.brake");
    return;
  }
  const facts = settingFacts(scope.line, at.state.saved ?? {}, isForLater ? undefined : scope.run, at.model);
  editSetting(scope, /^(?:off|none|one a core)$/.test(facts.value) ? "" : facts.value, at.hands);
}

const headOf = (run: RunView | undefined): Line =>
  run === undefined
    ? line([" No run is open: these hold for the next one. Enter changes one, and keeps it.", "faint"])
    : line([" What holds for ", "faint"], [run.run, "strong"], [": Enter changes it, S for later runs", "faint"]);

const nameColumns = 18;
const valueColumns = 14;
const barColumns = 12;
const mostUsageColumns = 30;
const holdsColumns = 11;

/** Columns of the screen in which there is room for what a setting is, and for where a change of it goes too. */
const [leastForDoc, leastForHolds] = [110, 140];

/** Columns that are used by none of the settings are left to what is said of them. */
function widthsFor(all: readonly SettingFacts[]): { bar: number; usage: number } {
  const usages = all.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  const longest = Math.max(0, ...usages.map(({ text }) => widthOf(text)));
  return {
    bar: usages.some(({ share }) => share !== null) ? barColumns + 1 : 0,
    usage: longest === 0 ? 0 : Math.min(mostUsageColumns, longest) + 2,
  };
}

function rowOf(
  { line: { name, field, doc }, value, from, usage, isLive }: SettingFacts,
  at: RowAt,
  columns: number,
  widths: { bar: number; usage: number },
): Line {
  const share = usage?.share ?? null;
  const look: Look = share === null || share < 0.8 ? "good" : share < 1 ? "warning" : "bad";
  const used: (readonly [string, Look])[] =
    usage === null
      ? [[" ".repeat(widths.bar + widths.usage), "plain"]]
      : [
          ...(share === null ? ([[" ".repeat(widths.bar), "plain"]] as const) : bar(share, barColumns, look)),
          [
            `${share === null ? "" : " "}${pad(usage.text, widths.usage)}`,
            share !== null && share >= 1 ? "bad" : "faint",
          ],
        ];
  const hasHolds = columns >= leastForHolds;
  const before =
    markColumns + nameColumns + valueColumns + 1 + widths.bar + widths.usage + (hasHolds ? holdsColumns : 0);
  const row = line(
    markOf(at),
    [pad(name, nameColumns), from === "built in" ? "plain" : "strong"],
    [pad(shown(value), valueColumns), value === "off" || value === "none" ? "faint" : "strong"],
    " ",
    ...used,
    ...(hasHolds ? ([[pad(holds(field, isLive), holdsColumns), "faint"]] as const) : []),
    ...(columns >= leastForDoc ? ([[clip(doc, Math.max(0, columns - before - 1)), "faint"]] as const) : []),
  );
  return { ...row, target: field, ...(at.isCursor ? { fill: "cursor" as const } : {}) };
}

/** What there is to know about the setting at the cursor. */
function footOf(facts: SettingFacts | undefined, columns: number): Line[] {
  if (facts === undefined) return [];
  const { line: setting, builtIn, kept, from, isLive } = facts;
  const source = { run: `later runs: ${shown(kept)}`, home: "kept in this home", "built in": "as built in" }[from];
  return [
    line(["─".repeat(columns), "border"]),
    line([` ${setting.name}  `, "key"], setting.doc),
    line([
      ` ${setting.kind.unit} · built in: ${shown(builtIn)} · ${source} · a change: ${holds(setting.field, isLive)}`,
      "faint",
    ]),
  ];
}

const shown = (value: string): string => (value === "" ? "–" : value);

/** Where a change of it goes. */
function holds(field: SavedField, isLive: boolean): string {
  if (isOfHome(field)) return "this home";
  return isLive ? "at once" : "next run";
}
