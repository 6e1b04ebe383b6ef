import { nearest } from "../../base/nearest.ts";
import { oneLine } from "../../base/text.ts";
import { keyName, readKeyName } from "./key-name.ts";
import type { OwnKeys } from "./keymap.ts";

/** An action of a place: of a page, or of all of them ("everywhere"). */
export interface Known {
  id: string;
  title: string;
  keys: readonly string[];
  /** The name of its page; null: it is there on every page. */
  page: string | null;
}

/**
 * The netrunner's own keys out of the settings: what is left when wrong ones are told. A key that would do two things in one place is
 * told as well, and does what the page says.
 * @param known every action that there is
 */
export function ownKeysOf(
  settings: Readonly<Record<string, string | readonly string[]>>,
  known: readonly Known[],
): { keys: OwnKeys; problems: { id: string; text: string }[] } {
  const keys: Record<string, string[]> = {};
  const problems: { id: string; text: string }[] = [];
  const ids = known.map(({ id }) => id);
  for (const [id, value] of Object.entries(settings)) {
    if (!ids.includes(id)) {
      const meant = nearest(id, ids);
      const guess = meant === undefined ? "; the keys of the help page show them" : `; did you mean "${meant}"?`;
      problems.push({ id, text: `there is no action "${oneLine(id, 60)}"${guess}` });
      continue;
    }
    const written = typeof value === "string" ? [value] : value;
    const read = written.map((one) => ({ one, key: readKeyName(one) }));
    for (const { one, key } of read)
      if (key === undefined)
        problems.push({
          id,
          text: `"${oneLine(one, 40)}" is no key: write a character, or such as "ctrl+k", "pageUp"`,
        });
    const good = read.flatMap(({ key }) => (key === undefined ? [] : [key]));
    // With nothing but wrong keys, the action keeps those that it ships with.
    if (good.length > 0 || written.length === 0) keys[id] = good;
  }
  return { keys, problems: [...problems, ...clashes(keys, known)] };
}

/** Keys of the settings that already do something else where they would be pressed. */
function clashes(own: OwnKeys, known: readonly Known[]): { id: string; text: string }[] {
  return known.flatMap((action) =>
    (Object.hasOwn(own, action.id) ? (own[action.id] ?? []) : []).flatMap((key) => {
      const others = known.filter(
        (one) => one.id !== action.id && meet(one, action) && (own[one.id] ?? one.keys).includes(key),
      );
      // What it does everywhere says more than what it does on one page.
      const other = others.find(({ page }) => page === null) ?? others[0];
      if (other === undefined) return [];
      const where = other.page ?? action.page;
      const place = where === null ? "everywhere" : `on the page ${where}`;
      return [{ id: action.id, text: `${keyName(key)} does "${other.title}" (${other.id}) ${place} already` }];
    }),
  );
}

/** Whether two actions can be called in the same place. */
const meet = (one: Known, other: Known): boolean => one.page === null || other.page === null || one.page === other.page;
