import { Fault } from "../base/fault.ts";
import { isBlacklistRule } from "../protocol/blacklist.ts";
import { boundText, isConstructBound, runBoundRules } from "../protocol/bound.ts";
import type { Command } from "../protocol/command.ts";
import { askOf } from "../protocol/place.ts";
import type { Budget } from "./budget/budget.ts";
import { askedOf, noteCaliber } from "./calibers/spawn-caliber.ts";
import { considerSpawn, type ConsideringParts } from "./considering.ts";
import type { Bound } from "./daemon/decide.ts";
import type { Fleet } from "./fleet.ts";
import type { Forbidding } from "./forbidding.ts";
import type { Note } from "./journal.ts";

export interface JoiningParts extends Omit<ConsideringParts, "objection"> {
  fleet: Pick<Fleet, "total" | "knows" | "spawn">;
  forbidding: Pick<Forbidding, "objection" | "exempt">;
  budget: Pick<Budget, "ofRun">;
  bound: () => Bound | undefined;
  note: Note;
}

/** One more construct that the netrunner wants in a run. */
export type Joiner = Command & { type: "construct.spawn" };

/**
 * Queues one more construct of the netrunner's in an open run, or throws a fault that says why not: then nothing has
 * changed. Gives its id.
 */
export function joinRun(wish: Joiner, parts: JoiningParts): string {
  const { task, caliber = {}, plugins, after = [], override_blacklist: isOverridden = false } = wish;
  const { view, forbidding, note } = parts;
  const isForbidden = forbidding.objection(task) !== undefined;
  const considered = considerSpawn(
    { ...wish, calibers: { netrunner: caliber }, asks: { netrunner: wish.on } },
    { ...parts, objection: (wanted) => (isOverridden ? undefined : forbidding.objection(wanted)) },
  );
  if (!considered.ok) throw refusal(considered.rule, considered.reason, view.run);
  const stopped = standstill(parts);
  if (stopped !== undefined) throw stopped;
  if (isForbidden) forbidding.exempt(task);
  const { found, profile, on } = considered;
  const id = parts.fleet.spawn({
    task,
    origin: "netrunner",
    parent: null,
    caliber: found.caliber,
    ...askedOf(found),
    after: [...new Set(after)],
    profile,
    plugins: plugins ?? null,
    ...(on === undefined ? {} : { on: askOf(on) }),
  });
  noteCaliber(id, found, note);
  return id;
}

/** Why nothing more starts in this run before the netrunner has decided something. */
function standstill({ budget, bound, view }: JoiningParts): Fault | undefined {
  const { ofRun } = budget;
  if (ofRun !== undefined && !isConstructBound(ofRun.which))
    return new Fault(
      "refused",
      runBoundRules[ofRun.which],
      `The run ${view.run} ${boundText(ofRun)}: nothing starts.`,
      {
        hint: "Raise that bound first; the question waits for you.",
      },
    );
  const held = bound();
  if (held === undefined) return undefined;
  return new Fault("refused", held.rule, `Nothing starts in ${view.run}: ${held.reason}`, {
    hint: "The run pauses for this. See to it, then go on with: cyberdeck run --resume",
  });
}

function refusal(rule: string, reason: string, run: string): Fault {
  if (isBlacklistRule(rule))
    return new Fault("refused", rule, sentence(reason.replace("; the netrunner is asked", "")), {
      hint: "If you want it all the same, add --override-blacklist; to allow it for good: cyberdeck blacklist remove.",
    });
  const hints: Record<string, string> = {
    "run.closing": "Start it in a run of its own: cyberdeck spawn TASK",
    "cap.spawns": "Raise the cap: cyberdeck settings set max_spawns N",
    "after.unknown": `See who there is: cyberdeck show ${run}`,
    "task.empty": "Say what it is to do.",
    "place.none": "Open the deck with a hub, or leave the place out, also of the profile.",
    "caliber.unknown": "See which models there are: cyberdeck calibers",
  };
  const list = rule.startsWith("plugin") ? "cyberdeck plugins" : "cyberdeck profiles";
  return new Fault("refused", rule, sentence(reason), { hint: hints[rule] ?? `See what there is: ${list}` });
}

const sentence = (reason: string): string => {
  const own = reason.replace("the netrunner has", "you have");
  return `${own.charAt(0).toUpperCase()}${own.slice(1)}${/[.?!]$/.test(own) ? "" : "."}`;
};
