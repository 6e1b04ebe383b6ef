import { isAsked, showAsk } from "../../protocol/place.ts";
import type { Profile } from "../../protocol/profile.ts";
import { money } from "./amounts.ts";

/** The tools that a profile leaves to a construct. */
export const toolsWord = ({ tools }: Profile): string => (tools === undefined ? "all" : tools.join(", ") || "none");

/** What a construct with this profile can do and is bound by: names and texts; a text is "" where there is nothing to tell. */
export function profileFacts(profile: Profile): (readonly [name: string, text: string])[] {
  const { uses, caliber, limits, context } = profile;
  const { turns, tokens, usd, time } = limits;
  const bounds = [
    turns === undefined ? undefined : `${turns} turns`,
    tokens === undefined ? undefined : `${tokens} tokens`,
    usd === undefined ? undefined : money(usd),
    time,
  ];
  return [
    ["tools", toolsWord(profile)],
    ["programs", uses.join(", ")],
    ["caliber", joined([caliber.model, caliber.effort])],
    ["place", isAsked(profile) ? showAsk(profile) : ""],
    ["limits", joined(bounds)],
    ["context", context === "project" ? "knows the project's CLAUDE.md" : "its task alone"],
  ];
}

const joined = (words: readonly (string | undefined)[]): string =>
  words.filter((word) => word !== undefined).join(", ");
