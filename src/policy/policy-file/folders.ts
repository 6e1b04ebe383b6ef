import { join, resolve } from "node:path";
import { isWithin } from "../../base/files.ts";
import type { BrakeContext } from "../brake/context.ts";
import type { ListedFolder, PlacePolicy, Policy, PolicyProblem } from "./policy.ts";

/** Where a policy is applied. Absolute paths; `realPath` as in the brake's context. */
export type PolicyPlace = Pick<BrakeContext, "workspace" | "home" | "deckHome" | "realPath">;

/** The policy in one place. A folder that would open too much there is left out and told as a problem. */
export function policyIn(policy: Policy, place: PolicyPlace): { policy: PlacePolicy; problems: PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const writable = policy.writable.flatMap((folder) => {
    const path = absolute(folder, place);
    const why = [path, place.realPath(path)].map((spelling) => tooWide(spelling, place)).find(Boolean);
    if (why === undefined) return [path];
    problems.push({ line: folder.line, message: `the writable folder "${folder.text}" ${why}`, hint: narrower });
    return [];
  });
  const kept = policy.protected.map((folder) => absolute(folder, place));
  return { policy: { ...policy, writable, protected: kept }, problems };
}

/** What is wrong with a path of a list, as far as it shows without a place. */
export function folderProblem(text: string, list: "writable" | "protected"): string | undefined {
  if (/[*?$`"'\\]|[^\P{Cc}]/u.test(text) || /^~[^/]/.test(text))
    return "is no plain path; leave out wildcards and variables";
  if (list === "protected") return undefined;
  const steps = text.split("/");
  if (steps.some((step) => /^\.(?!\.?$)/.test(step)))
    return "lies in a hidden folder; those hold settings, keys and start-up files";
  return undefined;
}

const absolute = ({ text }: ListedFolder, { workspace, home }: PolicyPlace): string =>
  text === "~" || text.startsWith("~/") ? join(home, text.slice(1)) : resolve(workspace, text);

function tooWide(path: string, { home, deckHome, realPath }: PolicyPlace): string | undefined {
  for (const guard of [home, realPath(home)]) {
    if (isWithin(guard, path)) return "contains the home folder";
    if (isWithin(path, guard) && path.slice(guard.length).includes("/.")) return "lies in a hidden folder of the home";
  }
  if ([deckHome, realPath(deckHome)].some((guard) => isWithin(path, guard))) return "belongs to the deck";
  if (system.test(path)) return "belongs to the operating system";
  return undefined;
}

const system =
  /^\/(?:private\/)?(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|snap|sys|usr|Library|System|Applications|var(?:\/(?:spool|run|lib|log|mail|db|root)(?=\/|$)|$))(?:\/|$)/;

const narrower = "name a folder of files alone, such as ~/notes or ../shared";
