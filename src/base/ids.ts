import { randomBytes } from "node:crypto";

/** A construct's id: `cx-` and 8 hex digits. */
export const newConstructId = (): string => `cx-${randomBytes(4).toString("hex")}`;

/** A daemon session's id: `dm-` and 8 hex digits. */
export const newDaemonId = (): string => `dm-${randomBytes(4).toString("hex")}`;

/** The id of a session that writes tripwires: `ta-` and 8 hex digits. */
export const newAuthorId = (): string => `ta-${randomBytes(4).toString("hex")}`;

/** The id of a question to the watchdog, and of the session that answers it: `wd-` and 8 hex digits. */
export const newAskId = (): string => `wd-${randomBytes(4).toString("hex")}`;

/** The id of an agent that is kept ready for a construct: `sp-` and 8 hex digits. */
export const newSpareId = (): string => `sp-${randomBytes(4).toString("hex")}`;

/** The id of an agent that is only asked what it can do: `al-` and 8 hex digits. */
export const newListingId = (): string => `al-${randomBytes(4).toString("hex")}`;

/** A hold's id: `hd-` and 8 hex digits. */
export const newHoldId = (): string => `hd-${randomBytes(4).toString("hex")}`;

/** A blacklist entry's id: `bl-` and 8 hex digits. */
export const newBlacklistId = (): string => `bl-${randomBytes(4).toString("hex")}`;

/** The id of a plugin's call: `pc-` and 8 hex digits. */
export const newPluginCallId = (): string => `pc-${randomBytes(4).toString("hex")}`;

/** An attention item's id: `at-` and 8 hex digits. */
export const newAttentionId = (): string => `at-${randomBytes(4).toString("hex")}`;

/** A run's id, also its folder's name: `run-<YYYYMMDD-HHMMSS>-<4 hex>`, local time, so that folders sort by age. */
export function newRunId(at: number): string {
  const time = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `run-${day}-${clock}-${randomBytes(2).toString("hex")}`;
}
