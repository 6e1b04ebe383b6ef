import { keyName } from "./key-name.ts";
import type { BoundAction } from "./mount.ts";

export { keyName };

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

/** The keys of an action as they are shown: "Enter Space", "1 … 9". */
export const keysText = (keys: readonly string[]): string =>
  keys.join("") === "123456789" ? "1 … 9" : keys.map(keyName).join(" ");
