import { unreachable } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { constructBounds, runBoundRules, runBounds, type ConstructBound, type RunBound } from "../../protocol/bound.ts";
import { constructRule } from "./at-bound.ts";
import { settingTable } from "../../protocol/setting-table.ts";
import { showSetting } from "../../protocol/setting-value.ts";
import type { RunView } from "../../protocol/view.ts";
import { money } from "../words/amounts.ts";
import { shellWords } from "../../base/shell-words.ts";

/**
 * How to go on with a run that did not finish, as a command line to copy; undefined when there is nothing to go on with.
 * @param again the flags that name the deck, as `repeated` gives them
 * @param rule the bound at which the run paused
 */
export function nextStep(view: RunView, again: string, rule: string | undefined): string | undefined {
  const resume = `cyberdeck run --resume ${shellWords([view.run])}${again}`;
  switch (view.status) {
    case "waiting":
      return `The daemon waits for your answer. Go on with:\n  ${resume} --say "proceed"`;
    case "paused":
      return `The run is paused: ${sentence(view.reason)} ${remedy(rule ?? "")} with:\n  ${resume}${raisedBound(view, rule ?? "")}`;
    case "stopped":
      if (view.kind === "tasks" && Object.values(view.constructs).every(({ outcome }) => outcome !== null))
        return `The tasks were stopped; what they did is kept. To have them done again, give them anew:\n  cyberdeck spawn "TASK"${again}`;
      return `The run was stopped; what it did is kept. Go on with:\n  ${resume}`;
    case "running":
    case "done":
    case "failed":
      return undefined;
    default:
      return unreachable(view.status);
  }
}

const sentence = (text: string): string => `${oneLine(text, 300).replace(/\.$/, "")}.`;

/** What the netrunner has to see to before the run can go on. */
function remedy(rule: string): string {
  if (rule === "account.credential") return "See to the login, then go on";
  if (rule === "account.correlated") return "See to what they have died of, then go on";
  if (rule.startsWith("account.")) return "Nothing is lost. Go on, now or later; it waits until it may work,";
  if (rule === "gate.canary")
    return "If the machine was busy, just go on; otherwise install another version of the agent, or name one with --claude-bin PATH, and go on";
  // `budget.usd`, `cap.spawns`; everything else, such as a defect of the deck, is over when it goes on.
  return /^(?:budget|cap)\b/.test(rule) ? "Raise the bound and go on" : "What it did is kept. Go on";
}

/** A bound without a flag of its own, twice as high. */
function raisedSetting(which: RunBound | ConstructBound, limit: number): string {
  const line = settingTable.find(({ field }) => field === which);
  // A bound of a profile's is not among the settings.
  return line === undefined || limit === 0
    ? ""
    : ` --set ${line.name}=${showSetting(line, { [which]: limit * 2 }).replace("$", "")}`;
}

const hasFlag = (which: RunBound): boolean => which === "budget_usd" || which === "max_spawns";

/** The flag that raises the bound a rule is named after; empty for a bound that no flag has. */
function raisedBound(view: RunView, rule: string): string {
  const own = constructBounds.find((which) => constructRule(which) === rule);
  const bound = own ?? runBounds.find((which) => !hasFlag(which) && runBoundRules[which] === rule);
  if (bound !== undefined) return raisedSetting(bound, view.settings[bound]);
  const { budget_usd, max_spawns, time_limit_ms, idle_limit_ms } = view.settings;
  if (/budget|cost|usd|dollar|money/i.test(rule)) return ` --budget ${money(Math.max(1, budget_usd * 2)).slice(1)}`;
  if (/spawn/i.test(rule)) return ` --max-spawns ${Math.max(1, max_spawns * 2)}`;
  if (/idle/i.test(rule)) return ` --idle-limit ${Math.ceil((idle_limit_ms * 2) / 1000)}s`;
  if (/time/i.test(rule)) return ` --time-limit ${Math.ceil((time_limit_ms * 2) / 1000)}s`;
  return "";
}
