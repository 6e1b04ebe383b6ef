import { z } from "zod";

/** How the cockpit looks. `terminal`: the 16 colours that the terminal itself has; `mono`: none. */
export const themeNames = ["dark", "light", "terminal", "mono"] as const;
export type ThemeName = (typeof themeNames)[number];

/**
 * Why the netrunner may be called. `hold`: a call waits for an answer; `bypassed`: a call has run without an allow; `attention`:
 * anything else that stops a construct or the fleet; `task`: the blacklist asks; `daemon`: it waits for a word; `done` and `failed`:
 * a run has ended; `lost`: the deck cannot be reached.
 */
export const callReasons = ["hold", "bypassed", "attention", "task", "daemon", "done", "failed", "lost"] as const;
export type CallReason = (typeof callReasons)[number];

/** How the netrunner is called. */
export const callWays = ["bell", "desktop"] as const;
export type CallWay = (typeof callWays)[number];

const ways = (...standard: CallWay[]) => z.array(z.enum(callWays)).max(2).default(standard);

/** By which sequence a terminal is asked for a notification of the desktop; `auto`: by what the terminal is known for. */
export const desktopSequences = ["auto", "osc9", "osc777", "off"] as const;

const notifySchema = z.strictObject({
  hold: ways("bell", "desktop"),
  bypassed: ways("bell", "desktop"),
  attention: ways("bell", "desktop"),
  task: ways("bell", "desktop"),
  daemon: ways("bell", "desktop"),
  done: ways("desktop"),
  failed: ways("bell", "desktop"),
  lost: ways("bell"),
  /** The terminal's title says how many need the netrunner. */
  title: z.boolean().default(true),
  /** Also while the terminal's window is in front. */
  focused: z.boolean().default(false),
  sequence: z.enum(desktopSequences).default("auto"),
});
export type NotifySettings = z.infer<typeof notifySchema>;

const keySchema = z.string().min(1).max(40);

/** `<home>/cockpit.toml`: what one netrunner likes on one machine. Nothing in it changes what a deck does. */
export const cockpitSettingsSchema = z.strictObject({
  theme: z.enum(themeNames).default("dark"),
  /** Signs beyond ASCII; `auto`: where the locale is UTF-8. */
  signs: z.enum(["auto", "unicode", "ascii"]).default("auto"),
  /** Off: the mouse is the terminal's own, to select text with. */
  mouse: z.boolean().default(true),
  /** Where copied text goes: to the terminal (OSC 52), to a program of this machine, or both. */
  copy: z.enum(["both", "terminal", "machine"]).default("both"),
  /** For the id of an action, the keys that do it in place of those that it ships with; none: no key does. */
  keys: z.record(z.string().max(80), z.union([keySchema, z.array(keySchema).max(8)])).default({}),
  notify: notifySchema.prefault({}),
});
export type CockpitSettings = z.infer<typeof cockpitSettingsSchema>;

export const defaultCockpitSettings = (): CockpitSettings => cockpitSettingsSchema.parse({});
