import { Fault } from "../../base/fault.ts";
import type { Port } from "../../host/port.ts";
import { runCommands, type Command } from "../../protocol/command.ts";
import type { RunView } from "../../protocol/view.ts";
import { oneOf } from "./find-run.ts";

/** The same port, for which there is only this run: commands that may name a run are about this one. */
export const withinRun = (port: Port, run: string): Port => ({
  async send<C extends Command>(command: C) {
    return port.send<C>(mayNameRun(command) ? { ...command, run } : command);
  },
  snapshot: () => port.snapshot(run),
  follow: (afterSeq) => port.follow(afterSeq),
  closed: port.closed,
});

/** The port within the open run that a name means. */
export async function openRunNamed(port: Port, name: string): Promise<Port> {
  const { runs } = await port.send({ type: "runs.open" });
  if (runs.length > 0) return withinRun(port, oneOf(runs.toReversed(), name));
  throw new Fault("refused", "run.none", "no run is open in this deck", { hint: 'start one: cyberdeck run "GOAL"' });
}

/** The runs that are open, oldest first, as they are now. */
export async function openViews(port: Port): Promise<RunView[]> {
  const { runs } = await port.send({ type: "runs.open" });
  const views = await Promise.all(runs.map(({ run }) => port.snapshot(run)));
  return views.filter((view) => view !== undefined);
}

const named: ReadonlySet<string> = new Set(runCommands);

const mayNameRun = (command: Command): boolean => named.has(command.type);
