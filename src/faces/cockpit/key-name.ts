/**
 * A key as somebody writes it in settings ("Ctrl+K", "space", "PgUp", "K"), under the name that `readInput` gives it; undefined when
 * there is no such key.
 */
export function readKeyName(written: string): string | undefined {
  const text = written.trim();
  if (isCharacter(text)) return text;
  const parts = text.split("+");
  // "ctrl++" is Ctrl and the plus sign.
  const last = text.endsWith("++") ? "+" : (parts.pop() ?? "");
  const modifiers = parts.map((part) => part.toLowerCase()).filter((part) => part !== "");
  const held = new Set(modifiers.map((part) => modifierNames[part]));
  if (held.has(undefined) || held.size !== modifiers.length) return undefined;
  const named = names[last.toLowerCase()];
  const base = named ?? (isCharacter(last) ? last.toLowerCase() : undefined);
  if (base === undefined) return undefined;
  // Shift and a character is another character: no terminal tells them apart.
  if (named === undefined && held.size === 1 && held.has("shift")) return undefined;
  return [...modifierOrder.filter((modifier) => held.has(modifier)), base].join("+");
}

/** A key as it is shown: "Ctrl+F", "Space", "K". */
export function keyName(key: string): string {
  if (isCharacter(key)) return key;
  return key
    .split("+")
    .map((part) => shown[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join("+");
}

/** One that takes a place on a keyboard; the blank has a name. */
const isCharacter = (text: string): boolean => /^[^\s\p{Cc}]$/u.test(text);

/** In the order in which the terminal's keys are named. */
const modifierOrder = ["shift", "ctrl", "alt", "super"];
const modifierNames: Record<string, string> = {
  shift: "shift",
  ctrl: "ctrl",
  control: "ctrl",
  alt: "alt",
  option: "alt",
  meta: "alt",
  super: "super",
  cmd: "super",
};

const names: Record<string, string> = {
  space: "space",
  esc: "escape",
  escape: "escape",
  enter: "enter",
  return: "enter",
  tab: "tab",
  backspace: "backspace",
  delete: "delete",
  del: "delete",
  insert: "insert",
  home: "home",
  end: "end",
  pageup: "pageUp",
  pgup: "pageUp",
  pagedown: "pageDown",
  pgdn: "pageDown",
  up: "up",
  down: "down",
  left: "left",
  right: "right",
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${index + 1}`, `f${index + 1}`])),
};

const shown: Record<string, string> = { escape: "Esc", pageUp: "PgUp", pageDown: "PgDn" };
