import type { BoundAction } from "./mount.ts";

/** The netrunner's own keys: for the id of an action, the keys that do it in place of those that it ships with. */
export type OwnKeys = Readonly<Record<string, readonly string[]>>;

/** The keys of an action. */
export const keysOf = ({ id, keys }: Pick<BoundAction, "id" | "keys">, own: OwnKeys): readonly string[] =>
  own[id] ?? keys;

/** The action that a key does: of those that can be done, the first; else the first that has this key. */
export function actionFor(key: string, actions: readonly BoundAction[], own: OwnKeys): BoundAction | undefined {
  const meant = actions.filter((action) => keysOf(action, own).includes(key));
  return meant.find((action) => action.can()) ?? meant[0];
}

/** A key as it is shown: "Ctrl+F", "Space", "K". */
export function keyName(key: string): string {
  const names: Record<string, string> = {
    space: "Space",
    escape: "Esc",
    enter: "Enter",
    tab: "Tab",
    pageUp: "PgUp",
    pageDown: "PgDn",
  };
  const parts = key.length === 1 ? [key] : key.split("+");
  return parts
    .map((part, index) => {
      if (index < parts.length - 1) return part.charAt(0).toUpperCase() + part.slice(1);
      return (
        names[part] ?? (part.length === 1 && parts.length === 1 ? part : part.charAt(0).toUpperCase() + part.slice(1))
      );
    })
    .join("+");
}

/** The keys of an action as they are shown: "Enter Space", "1 … 9". */
export const keysText = (keys: readonly string[]): string =>
  keys.join("") === "123456789" ? "1 … 9" : keys.map(keyName).join(" ");
