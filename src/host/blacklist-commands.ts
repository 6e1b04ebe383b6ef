import { systemClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { Blacklist } from "../engine/blacklist.ts";
import type { Command } from "../protocol/command.ts";
import type { EventBody } from "../protocol/event.ts";
import type { Replies } from "./port.ts";

export type BlacklistCommand = Command & { type: "blacklist.list" | "blacklist.add" | "blacklist.remove" };

/** Puts a change on the record, in the netrunner's name. */
export type TellChange = <T extends "blacklist.added" | "blacklist.removed">(type: T, body: EventBody<T>) => void;

/** Shows or changes the blacklist of a home; a change is told once it is saved. */
export async function changeBlacklist(
  command: BlacklistCommand,
  blacklist: Blacklist,
  tell: TellChange,
): Promise<Replies[BlacklistCommand["type"]]> {
  if (command.type === "blacklist.list") return { entries: blacklist.entries };
  if (command.type === "blacklist.add") {
    const { task, reason } = command;
    const entry = await blacklist.add({ task, reason, added_at: systemClock.now(), construct: null });
    tell("blacklist.added", { entry });
    return { entry };
  }
  const entry = await blacklist.remove(command.id);
  tell("blacklist.removed", { entry });
  return { entry };
}

/** Refuses the netrunner's own tasks where one is forbidden, or may be: before anything is started, and with the way out. */
export function refuseForbidden(tasks: readonly string[], blacklist: Blacklist): void {
  for (const task of tasks) {
    const objection = blacklist.objection(task);
    if (objection === undefined) continue;
    const about = tasks.length === 1 ? "" : ` It is the task "${oneLine(task, 80)}"; none of them was started.`;
    throw new Fault("refused", objection.rule, `${sentence(objection.reason)}${about}`, {
      facts: { task, entry: objection.entry.id },
      hint: "If you want it all the same, add --override-blacklist; to allow it for good: cyberdeck blacklist remove.",
    });
  }
}

const sentence = (reason: string): string => {
  const own = reason.replace("; the netrunner is asked", "").replace("the netrunner has", "you have");
  return `${own.charAt(0).toUpperCase()}${own.slice(1)}.`;
};
