import { Fault, unreachable } from "../base/fault.ts";
import { listCalibers } from "../engine/calibers/opening.ts";
import { noteFor } from "../engine/journal.ts";
import type { Run } from "../engine/run.ts";
import type { Command } from "../protocol/command.ts";
import type { HostStop } from "../protocol/host.ts";
import { summaryOf } from "../protocol/view.ts";
import { releaseAccount } from "./account-of-home.ts";
import { hostStatus } from "./host-commands.ts";
import { changeBlacklist, refuseForbidden } from "./blacklist-commands.ts";
import type { DeckOptions } from "./deck-options.ts";
import type { DeckWorks } from "./deck-works.ts";
import { answerFiles, isFileCommand } from "./file-commands.ts";
import { fullSettings } from "./full-settings.ts";
import type { OpenedRun, Replies } from "./port.ts";
import { mustHavePlace } from "./must-have-place.ts";
import { listEvents, listRuns, readRun } from "./reading.ts";
import { steerRun } from "./run-commands.ts";
import type { OpeningWish } from "./run-opener.ts";
import { answerSettings } from "./settings-commands.ts";
import { answerTripwires, restingPlace, type TripwireDesk } from "./tripwire-desk.ts";
import { answerRetention, isRetentionCommand } from "./retention-commands.ts";
import { isWatchdogCommand } from "./watchdog-desk.ts";

type Opening = Command & { type: "goal.set" | "spawn" | "run.resume" };

/** What only the deck itself knows of its life. */
export interface DeckLife {
  /** It is being closed: no run is opened any more. */
  isClosing: () => boolean;
  /** Faces that are connected. */
  faces: () => number;
  /** No run is opened any more, and the open ones end; once that is proven and told, it closes itself. */
  stop: () => Promise<HostStop>;
}

/** Carries out a command in a deck, or rejects with a fault that says why not. */
export async function carryOut(
  command: Command,
  works: DeckWorks,
  { isClosing, faces, stop }: DeckLife,
): Promise<Replies[Command["type"]]> {
  if (isWatchdogCommand(command)) {
    const open = works.runs.open.map(({ view }) => view);
    return works.watchdog.answer(command, open);
  }
  const { options, parts, store, runs, account, record, blacklist, inTurn, tellRuns } = works;
  if (isRetentionCommand(command)) {
    const { version } = parts;
    const { redactor } = store;
    return inTurn(() => {
      // The record of a run that is being asked about stays as well: its answer is going to be there.
      const open = [...runs.open.map(({ view }) => view.run), ...works.watchdog.asked];
      return answerRetention(command, { reader: store, store, redactor, open, isAlone: false, version });
    });
  }
  if (isFileCommand(command)) return answerFiles(command, store);
  switch (command.type) {
    case "goal.set":
    case "spawn":
    case "run.resume":
      return inTurn(async () => {
        if (isClosing())
          throw new Fault("refused", "deck.closing", "this deck is being closed", { hint: "Open another one." });
        return open(command, works);
      });
    case "construct.spawn": {
      const run = runs.must(command.run);
      await mustHavePlace(command.on, parts);
      return steerRun(command, run);
    }
    case "say":
    case "goal.edit":
    case "stop":
    case "settings.change":
    case "blacklist.allow":
      return steerRun(command, runs.must(command.run));
    case "eject":
      return { runs: await ejectRuns(command, works) };
    case "hold.answer":
      return steerRun(
        command,
        runs.holding(command.hold, ({ view }) => Object.hasOwn(view.holds, command.hold)),
      );
    case "bound.answer":
      return steerRun(
        command,
        runs.holding(command.item, ({ view }) => Object.hasOwn(view.attention, command.item)),
      );
    case "queue.move":
    case "queue.cancel":
    case "construct.kill":
    case "construct.pause":
    case "construct.continue":
    case "construct.send":
    case "construct.interrupt":
      return steerRun(
        command,
        runs.holding(command.construct, ({ view }) => Object.hasOwn(view.constructs, command.construct)),
      );
    case "settings.read":
    case "settings.save": {
      const run = command.run === undefined ? runs.only : runs.must(command.run);
      return answerSettings(command, options.home, run?.view.settings);
    }
    case "account.status":
      return { hold: account.hold ?? null, on_nodes: [...account.holdsApart] };
    case "account.release": {
      const on_nodes = [...account.holdsApart];
      return { hold: releaseAccount(account, record), on_nodes };
    }
    case "blacklist.list":
    case "blacklist.add":
    case "blacklist.remove":
      return changeBlacklist(command, blacklist, tellRuns("netrunner"));
    case "tripwires.list":
    case "tripwires.test":
    case "tripwires.mute":
      return inTurn(() => answerTripwires(command, tripwireDesk(works, command.run)));
    case "calibers.list":
      return listCalibers(parts.calibers, command.refresh);
    case "runs.list":
      return { runs: listRuns(store) };
    case "secrets.learn":
      return { known: store.redactor.learn(command.values) };
    case "nodes.list":
      return {
        ...(parts.nodes?.list() ?? { hub: null, nodes: [] }),
        hub_file_changed: (await parts.isHubStale?.()) ?? false,
      };
    case "nodes.drain":
      if (parts.nodes === undefined) throw noHub();
      return parts.nodes.drain(command.name, command.draining);
    case "host.status":
      return hostStatus(works, { faces: faces(), isClosing: isClosing() });
    case "host.stop":
      return stop();
    case "runs.open":
      return { runs: runs.open.map(({ view }) => summaryOf(view)) };
    case "events.list":
      return listEvents(store, command);
    case "run.show":
      return { view: readRun(store, command.run) };
    default:
      return unreachable(command);
  }
}

async function open(command: Opening, { opener, blacklist, runs, options, parts }: DeckWorks): Promise<OpenedRun> {
  if (command.type !== "run.resume") await mustHavePlace(command.settings?.on, parts);
  if (command.type === "goal.set")
    return opener.open("goal", { ...wishOf(command, options), asked: [command.goal] }, (run) => {
      run.record("goal.set", { goal: command.goal });
      run.startGoal();
    });
  if (command.type === "run.resume") {
    if (runs.find(command.run) !== undefined)
      throw new Fault("refused", "run.open", `the run ${command.run} is open already`, {
        hint: `Follow it: cyberdeck logs ${command.run} --follow`,
      });
    return opener.resume(command);
  }
  const { tasks } = command;
  if (command.override_blacklist !== true) refuseForbidden(tasks, blacklist);
  return opener.open("tasks", { ...wishOf(command, options), asked: tasks }, (run) => {
    for (const task of tasks) if (blacklist.objection(task) !== undefined) run.forbidding.exempt(task);
    run.startTasks(tasks);
  });
}

const wishOf = (
  { settings, command_line }: Command & { type: "goal.set" | "spawn" },
  options: DeckOptions,
): Omit<OpeningWish, "asked"> => ({ settings: fullSettings(settings, options), command_line });

const noHub = (): Fault =>
  new Fault("refused", "nodes.no_hub", "this deck works on its own machine alone: it has no hub", {
    hint: "Start the host with --hub nats://host:port, or set it in hub.json of the home. See docs/nodes.md.",
  });

/** Without a named run, of all that are open: each stops at once, and none waits for another. */
async function ejectRuns(
  { run, reason }: Command & { type: "eject" },
  { runs }: DeckWorks,
): Promise<Replies["eject"]["runs"]> {
  const some = run === undefined && runs.open.length > 0 ? runs.open : [runs.must(run)];
  return Promise.all(some.map(async (one: Run) => ({ run: one.view.run, ...(await one.eject(reason)) })));
}

function tripwireDesk(
  { options, mutedTripwires, parts, runs, record }: DeckWorks,
  named: string | undefined,
): TripwireDesk {
  const { home, workspace } = options;
  const run = named === undefined && runs.open.length === 0 ? undefined : runs.must(named);
  return {
    home,
    muted: mutedTripwires,
    judge: parts.judgeFor({
      ...restingPlace(home, workspace),
      ...(run === undefined ? {} : { runFolder: run.view.folder }),
    }),
    run: run === undefined ? undefined : { tripwires: run.tripwires, note: noteFor(record, run.view.run, "netrunner") },
  };
}
