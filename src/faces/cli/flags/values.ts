import { z } from "zod";
import { Fault } from "../../../base/fault.ts";
import { readDuration } from "../../../base/units.ts";
import type { Effort } from "../../../protocol/caliber.ts";
import { efforts } from "../../../protocol/caliber.ts";
import { placeName } from "../../../protocol/place.ts";
import type { Tier } from "../../../protocol/verdict.ts";
import { tiers } from "../../../protocol/verdict.ts";

/** Reads a whole number that is at least `least`, and no more than `most`. */
export const wholeNumber =
  (flag: string, least: number, most = Infinity) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Infinity ? `from ${least} up` : `from ${least} to ${most.toLocaleString("en")}`;
    throw wrong(flag, text, `give a whole number ${range}, as in ${flag} ${Math.max(least, 4)}`);
  };

/** Reads US dollars, with or without the sign. */
export const dollars =
  (flag: string) =>
  (text: string): number => {
    const match = /^\$?(\d{1,9}(?:\.\d{1,6})?)$/.exec(text.trim());
    if (match?.[1] !== undefined) return Number(match[1]);
    throw wrong(flag, text, `give US dollars, as in ${flag} 2.50 (0 means no bound)`);
  };

/** Reads a duration such as 90s, 10m or 1h30m; the reply is milliseconds. */
export const duration =
  (flag: string) =>
  (text: string): number => {
    const ms = readDuration(text);
    if (ms !== undefined) return ms;
    throw wrong(flag, text, `give a time with its unit, as in ${flag} 90s, ${flag} 10m or ${flag} 1h30m`);
  };

/** Reads the time that somebody is waited for: a duration, none at all, or no end. */
export const windowOf =
  (flag: string) =>
  (text: string): number | "forever" => {
    if (text.trim() === "forever") return "forever";
    return /^0+(?:ms|s|m|h|d)?$/.test(text.trim()) ? 0 : duration(flag)(text);
  };

export const effortOf =
  (flag: string) =>
  (text: string): Effort =>
    oneOf(flag, text, efforts);

export const tierOf =
  (flag: string) =>
  (text: string): Tier =>
    oneOf(flag, text, tiers);

/** Reads an e-mail address, as far as one can be told from other words. */
export const emailOf =
  (flag: string) =>
  (text: string): string => {
    const value = z.email().safeParse(text.trim());
    if (value.success) return value.data;
    throw wrong(flag, text, `give an address, as in ${flag} you@example.org`);
  };

/** Reads the name of a pool of machines, or a label of theirs. */
export const placeOf =
  (flag: string, example: string) =>
  (text: string): string => {
    const value = placeName.safeParse(text.trim());
    if (value.success) return value.data;
    throw wrong(flag, text, `give a name of letters, digits, "-" and "_", as in ${flag} ${example}`);
  };

/** Reads one of several words. */
export const choiceOf =
  <const T extends string>(flag: string, all: readonly T[]) =>
  (text: string): T =>
    oneOf(flag, text, all);

/** Reads a text that says something. */
export const words =
  (flag: string, example: string) =>
  (text: string): string => {
    const value = text.trim();
    if (value !== "") return value;
    throw new Fault("usage", "cli.empty", `${flag} is empty`, { hint: `give it a value, as in ${flag} ${example}` });
  };

function oneOf<const T extends string>(flag: string, text: string, all: readonly T[]): T {
  const value = all.find((one) => one === text.trim().toLowerCase());
  if (value !== undefined) return value;
  throw wrong(flag, text, `choose one of ${all.join(", ")}`);
}

const wrong = (flag: string, text: string, hint: string): Fault =>
  new Fault("usage", "cli.bad_value", `${flag} cannot be "${text}"`, { hint });
