import { join } from "node:path";
import { oneLine } from "../base/text.ts";
import type { Judge, Place } from "../engine/gate/judge.ts";
import type { Note } from "../engine/journal.ts";
import { listTripwires, mutable, restingRules, tryTripwires } from "../engine/tripwires/desk.ts";
import type { RunTripwires } from "../engine/tripwires/rules.ts";
import type { Command } from "../protocol/command.ts";
import { writeMuted } from "../store/muted-tripwires.ts";
import type { Replies } from "./port.ts";

type TripwireCommand = Extract<Command, { type: `tripwires.${string}` }>;

/** What the commands about tripwires work on: one home, and the run that is open in it. */
export interface TripwireDesk {
  home: string;
  /** The muted shipped ones, in place. */
  muted: Set<string>;
  judge: Judge;
  /** The tripwires of the open run, and its record in the netrunner's name. */
  run: { tripwires: RunTripwires; note: Note } | undefined;
}

/** Where a call would run when no run is open: in the workspace, with a run folder that nobody has. */
export const restingPlace = (home: string, workspace: string): Omit<Place, "agentHome"> => ({
  tier: () => "default",
  workspace,
  runFolder: join(home, "runs", "none"),
  deckHome: home,
});

/** Lists, tries and mutes tripwires. Without an open run, these are the shipped ones. */
export async function answerTripwires(
  command: TripwireCommand,
  desk: TripwireDesk,
): Promise<Replies[TripwireCommand["type"]]> {
  const rules = desk.run?.tripwires.rules() ?? restingRules(desk.muted);
  if (command.type === "tripwires.list") return { rules: listTripwires(rules) };
  if (command.type === "tripwires.test") {
    const call = { id: "trial", tool: command.tool, input: command.input };
    return tryTripwires(rules, desk.judge, desk.run?.tripwires.tier() ?? "default", call);
  }
  const name = oneLine(command.name, 80);
  const { muted } = command;
  if (mutable(name, rules, command.confirmed || !muted) === "shipped") {
    const next = new Set(desk.muted);
    if (muted) next.add(name);
    else next.delete(name);
    // Kept first: what a restart would forget must not be said to be done.
    await writeMuted(desk.home, next);
    if (muted) desk.muted.add(name);
    else desk.muted.delete(name);
  }
  desk.run?.note("tripwire.muted", { name, muted });
  return {};
}
