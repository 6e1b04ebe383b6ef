import type { Port, Replies } from "../../../src/host/port.ts";
import type { AccountHold } from "../../../src/protocol/account.ts";
import type { NodesListing } from "../../../src/protocol/nodes.ts";
import type { BlacklistEntry } from "../../../src/protocol/blacklist.ts";
import type { Command } from "../../../src/protocol/command.ts";
import { commandSchema } from "../../../src/protocol/command.ts";
import type { DeckEvent, EventBody, EventType } from "../../../src/protocol/event.ts";
import type { Pruning } from "../../../src/protocol/retention.ts";
import type { ReadFile, RunFile } from "../../../src/protocol/run-files.ts";
import type { RunStatus } from "../../../src/protocol/run-status.ts";
import { parseEvent } from "../../../src/protocol/event.ts";
import type { KnownCalibers } from "../../../src/protocol/models.ts";
import type { Outcome } from "../../../src/protocol/outcome.ts";
import type { HostStatus, HostStop } from "../../../src/protocol/host.ts";
import type { Ejection } from "../../../src/protocol/ejection.ts";
import type { RunSettings, SavedSettings } from "../../../src/protocol/settings.ts";
import { defaultSettings, runSettingsSchema, savedSettingsSchema } from "../../../src/protocol/settings.ts";
import { constructOf } from "../../../src/protocol/chain.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { foldAsk } from "../../../src/protocol/fold-watchdog.ts";
import type { AskLine, AskView } from "../../../src/protocol/watchdog.ts";
import { costOf, isEnded, summaryOf, type RunView } from "../../../src/protocol/view.ts";
import type { TripwireLine, TripwireTrial } from "../../../src/protocol/tripwire.ts";
import { channel } from "../../../src/base/stream.ts";
import type { OpenDeck } from "../../../src/faces/cli/world.ts";
import { Fault, unreachable } from "../../../src/base/fault.ts";
import { anOutcome } from "../../kit/outcome.ts";

/** What a scripted deck does: it plays events when a command comes. */
export interface Script {
  /** After the run was opened (or reopened). */
  onOpen?: (stage: Stage) => void;
  onSay?: (stage: Stage, text: string) => void;
  /** Instead of closing the run with the status that was asked for. */
  onStop?: (stage: Stage, command: Command & { type: "stop" }) => void;
  onHoldAnswer?: (stage: Stage, command: Command & { type: "hold.answer" }) => void;
  onBoundAnswer?: (stage: Stage, command: Command & { type: "bound.answer" }) => void;
  onConstruct?: (stage: Stage, command: Command & { construct: string }) => void;
  /** The run of its events is not open any more. */
  isOver?: boolean;
  /** What the deck says of itself. */
  status?: HostStatus;
  /** What comes of ending it. */
  stopped?: Partial<HostStop>;
  /** What comes of an eject. */
  ejection?: Partial<Ejection>;
  /** Why the constructs are ending already. */
  ending?: string;
  /** After a question was taken. */
  onAsk?: (stage: Stage, ask: string) => void;
  /** Questions that wait. */
  asks?: AskLine[];
  /** Refuses a command before anything else happens. */
  refuse?: (command: Command) => Fault | undefined;
  /** Settings of the home. */
  saved?: SavedSettings;
  tripwires?: TripwireLine[];
  trial?: TripwireTrial;
  calibers?: KnownCalibers;
  pruning?: Pruning;
  workspace?: string;
  files?: RunFile[];
  /** What is in a file, where it is another thing than a word. */
  read?: (path: string) => Partial<ReadFile>;
  /** What is forbidden at the start. */
  blacklist?: BlacklistEntry[];
  /** The machines besides this one. */
  fleet?: NodesListing;
  /** So many agents are on a node that is drained; left out: two. */
  onNode?: number;
  /** What holds the agents of a home up in which no run is open. */
  account?: AccountHold;
  /** What holds only those on one node up. */
  heldOnNodes?: AccountHold[];
  /** Time of the first event, milliseconds since the epoch. */
  startAt?: number;
}

export interface Stage {
  readonly run: string;
  emit<T extends EventType>(type: T, body: EventBody<T>): void;
  queue(id: string, task: string): void;
  start(id: string): void;
  end(id: string, outcome?: Partial<Outcome>): void;
  close(status: RunStatus, reason?: string): void;
}

export interface ScriptedDeck extends OpenDeck {
  /** The commands that came, in order. */
  readonly commands: Command[];
  readonly events: DeckEvent[];
  readonly closings: number;
  stage(run?: string): Stage;
}

export const runId = "run-20261122-101500-a1b2";

/** What the host of such a deck says of itself. */
export const aStatus: HostStatus = {
  pid: 4711,
  started: 1,
  kind: "host",
  home: "/w/.cyberdeck",
  workspace: "/w",
  since: 1_700_000_000_000,
  version: "9.8.7",
  agent: { path: "/bin/claude", version: "2.1.330" },
  offline: false,
  claude_bin: null,
  hub: null,
  provider: "",
  pool: { ready: 2, starting: 1 },
  runs: [],
  faces: 1,
  seq: 0,
  closing: false,
  today_usd: 0,
  idle_ms: 900_000,
};

/** A deck that keeps a record like the real one, and in which a script plays the engine. */
export function scriptedDeck(script: Script = {}): ScriptedDeck {
  const events: DeckEvent[] = [];
  const commands: Command[] = [];
  let saved: SavedSettings = script.saved ?? {};
  const entries = [...(script.blacklist ?? [])];
  const readers = new Set<ReturnType<typeof channel<DeckEvent>>>();
  const closed = Promise.withResolvers<void>();
  let clock = script.startAt ?? Date.UTC(2026, 10, 22, 10, 15, 0);
  let closings = 0;
  let asked = 0;
  let joined = 0;
  let current = runId;

  const record = (run: string, type: EventType, body: unknown): void => {
    clock += 500;
    const event = parseEvent({ seq: events.length + 1, at: clock, run, source: "test", type, version: 1, body });
    if (event.type !== type) throw new Error(`the script plays a wrong ${type}: ${JSON.stringify(body)}`);
    events.push(event);
    for (const reader of readers) reader.push(event);
  };

  const viewOf = (run: string) => {
    const view = foldRunEvents(events.filter((event) => event.run === run));
    if (view === undefined) throw new Fault("refused", "test.no_run", `no run ${run}`);
    return view;
  };

  const openViews = (): RunView[] => (events.length === 0 || script.isOver === true ? [] : [viewOf(current)]);
  const openRuns = (): HostStatus["runs"] =>
    script.status?.runs.length
      ? script.status.runs
      : openViews().map((view) => ({
          run: view.run,
          goal: summaryOf(view).goal,
          status: view.status,
          at_work: 0,
          queued: 0,
          waiting: 0,
        }));

  const stage = (run = current): Stage => ({
    run,
    emit: (type, body) => record(run, type, body),
    queue: (construct, task) =>
      record(run, "construct.queued", { construct, task, origin: "daemon", parent: null, caliber, after: [] }),
    start(construct) {
      record(run, "construct.started", { construct, pid: 1, command: "agent" });
      record(run, "construct.ready", { construct, session_id: "s", model: "m" });
    },
    end(construct, outcome = {}) {
      const task = viewOf(run).constructs[construct]?.task ?? "?";
      record(run, "construct.ended", { construct, outcome: outcomeOf(construct, task, outcome) });
    },
    close(status, reason = "") {
      const view = viewOf(run);
      record(run, "run.closed", {
        status,
        reason,
        folder: view.folder,
        duration_ms: view.durationMs,
        cost_usd: costOf(view),
        constructs: Object.values(view.constructs).map((one) => ({
          id: one.id,
          task: one.task,
          state: one.outcome?.state ?? "running",
          cause: one.outcome?.cause ?? "",
          files: one.outcome?.files ?? [],
          denials: one.outcome?.denials ?? [],
        })),
      });
    },
  });

  const open = (kind: "goal" | "tasks", settings: RunSettings, commandLine: string[]): Replies["goal.set"] => {
    const afterSeq = events.length;
    const workspace = script.workspace ?? "/workspace";
    const folder = `${workspace}/.cyberdeck/runs/${current}`;
    record(current, "run.opened", { kind, workspace, folder, settings, deck: "0.1.0", command_line: commandLine });
    return { run: current, folder, afterSeq };
  };

  const carryOut = (command: Command): Replies[Command["type"]] => {
    switch (command.type) {
      case "goal.set": {
        const opened = open(
          "goal",
          runSettingsSchema.parse({ ...defaultSettings(2), ...givenOnly(command.settings) }),
          command.command_line,
        );
        record(current, "goal.set", { goal: command.goal });
        script.onOpen?.(stage());
        return opened;
      }
      case "spawn": {
        const opened = open(
          "tasks",
          runSettingsSchema.parse({ ...defaultSettings(2), ...givenOnly(command.settings) }),
          command.command_line,
        );
        script.onOpen?.(stage());
        return opened;
      }
      case "run.resume": {
        current = command.run;
        const afterSeq = events.length;
        const settings = { ...viewOf(current).settings, ...givenOnly(command.settings ?? {}) };
        record(current, "run.resumed", { settings, deck: "0.1.0", command_line: command.command_line });
        if (command.say !== undefined) record(current, "netrunner.said", { text: command.say });
        script.onOpen?.(stage());
        return { run: current, folder: viewOf(current).folder, afterSeq };
      }
      case "say":
        record(current, "netrunner.said", { text: command.text });
        script.onSay?.(stage(), command.text);
        return {};
      case "stop":
        if (script.onStop === undefined) stage().close(command.status, command.reason);
        else script.onStop(stage(), command);
        return {};
      case "eject": {
        const ejection = { ...anEjection, reason: command.reason, ...script.ejection };
        for (const one of Object.values(viewOf(current).constructs))
          if (!isEnded(one))
            stage().end(one.id, { state: "killed", cause: "eject", result: "", cost_usd: one.costUsd });
        record(current, "run.ejected", ejection);
        stage().close("stopped", "eject");
        return { runs: [{ run: current, ...ejection }] };
      }
      case "hold.answer":
        script.onHoldAnswer?.(stage(), command);
        return {};
      case "construct.kill":
        script.onConstruct?.(stage(), command);
        return { already: script.ending ?? null };
      case "construct.spawn": {
        joined += 1;
        const construct = `cx-0000aaa${joined}`;
        stage().queue(construct, command.task);
        return { construct };
      }
      case "construct.send":
        script.onConstruct?.(stage(), command);
        return { delivery: "next_turn" };
      case "construct.interrupt":
        script.onConstruct?.(stage(), command);
        return { successor: "cx-5ccc0000" };
      case "queue.move":
        record(current, "queue.moved", { construct: command.construct, before: command.before });
        return {};
      case "queue.cancel":
        stage().end(command.construct, { state: "killed", cause: "netrunner" });
        return {};
      case "construct.pause":
      case "construct.continue":
        script.onConstruct?.(stage(), command);
        return {};
      case "settings.change":
        record(current, "settings.changed", { settings: command.settings });
        return {};
      case "account.status":
      case "account.release": {
        const hold = events.length === 0 ? (script.account ?? null) : viewOf(current).account;
        if (hold !== null && command.type === "account.release")
          record(current, "account.released", { kind: hold.kind, how: "netrunner", held_ms: 1000 });
        return { hold, ...(script.heldOnNodes === undefined ? {} : { on_nodes: script.heldOnNodes }) };
      }
      case "blacklist.list":
        return { entries };
      case "blacklist.add": {
        const { task, reason } = command;
        const entry = { id: `bl-0000000${entries.length + 1}`, task, reason, added_at: clock, construct: null };
        entries.push(entry);
        return { entry };
      }
      case "blacklist.remove": {
        const at = entries.findIndex((one) => one.id === command.id);
        const [entry] = at === -1 ? [] : entries.splice(at, 1);
        if (entry === undefined) throw new Fault("usage", "blacklist.unknown", "there is no such entry");
        return { entry };
      }
      case "blacklist.allow":
        record(current, "blacklist.allowed", { task: command.task });
        return {};
      case "settings.read":
        return { saved, run: events.length === 0 ? null : viewOf(current).settings };
      case "settings.save": {
        const kept = Object.entries({ ...saved, ...command.set }).filter(([name]) => !command.unset.includes(name));
        saved = savedSettingsSchema.parse(Object.fromEntries(kept));
        return { saved, run: events.length === 0 ? null : viewOf(current).settings };
      }
      case "bound.answer":
        script.onBoundAnswer?.(stage(), command);
        return {};
      case "tripwires.list":
        return { rules: script.tripwires ?? [] };
      case "tripwires.test":
        return script.trial ?? { firings: [], consequence: "none" };
      case "tripwires.mute":
        return {};
      case "run.export":
        return { path: command.to, files: 3, bytes: 1234 };
      case "runs.prune":
        return script.pruning ?? { applied: command.apply, runs: [], unfinished: [], kept: 1, shrunk: false };
      case "calibers.list":
        return script.calibers ?? { version: null, models: [], from: "fallback", asked_at: null, warnings: [] };
      case "ask": {
        const { question, construct: about = null } = command;
        const afterSeq = events.length;
        asked += 1;
        const ask = `wd-0000000${asked}`;
        record(current, "watchdog.asked", { ask, question, about, caliber });
        const given = { seqs: [[1, 3]], bytes: 900, events: afterSeq, up_to: afterSeq, search: "fts5" };
        record(current, "watchdog.started", { ask, pid: 1, given });
        script.onAsk?.(stage(), ask);
        return { ask, run: current, ahead: 0, afterSeq };
      }
      case "ask.cancel":
        record(current, "watchdog.cancelled", { ask: command.ask });
        return {};
      case "ask.list":
        return { asks: script.asks ?? [] };
      case "ask.history": {
        const asks: AskView[] = [];
        for (const event of events) foldAsk(asks, event);
        return { asks };
      }
      case "events.list": {
        const { construct, types, after, before = Number.POSITIVE_INFINITY, limit } = command;
        const all = events.filter(
          (event) =>
            event.run === command.run &&
            event.seq > (after ?? 0) &&
            event.seq < before &&
            (types === undefined || types.includes(event.type)) &&
            (construct === undefined || constructOf(event) === construct),
        );
        return {
          events: after === undefined ? all.slice(-limit) : all.slice(0, limit),
          more: all.length > limit,
        };
      }
      case "files.list":
        return { files: script.files ?? [] };
      case "file.read":
        return {
          path: command.path,
          text: "text\u001b[2J\n",
          bytes: 9,
          cut: false,
          binary: false,
          modified: clock,
          ...script.read?.(command.path),
        };
      case "event.show": {
        const event = events.find(({ seq }) => seq === command.seq);
        if (event === undefined) throw new Fault("usage", "event.unknown", "there is no such event");
        return { event, before: events.slice(0, event.seq - 1), after: events.slice(event.seq) };
      }
      case "runs.list": {
        const runs = [...new Set(events.map((event) => event.run))];
        return { runs: runs.toReversed().map((run) => summaryOf(viewOf(run))) };
      }
      case "goal.edit":
        record(current, "goal.changed", { from: "goal", to: command.goal });
        return { from: "goal" };
      case "host.status":
        return {
          ...(script.status ?? { ...aStatus, offline: isOffline(events), seq: events.length }),
          runs: openRuns(),
        };
      case "host.stop":
        return {
          pid: 1,
          started: null,
          offline: false,
          runs: [],
          proven: true,
          marks: 0,
          looks: [0, 0],
          survivors: [],
          nodes: [],
          ...script.stopped,
        };
      case "nodes.list":
        return script.fleet ?? { hub: null, nodes: [] };
      case "nodes.drain":
        return { node: command.name, draining: command.draining, used: script.onNode ?? 2 };
      case "secrets.learn":
        return { known: command.values.length };
      case "runs.open":
        return { runs: openViews().map(summaryOf) };
      case "run.show":
        return { view: viewOf(command.run) };
      default:
        return unreachable(command);
    }
  };

  const port: Port = {
    async send<C extends Command>(command: C) {
      const parsed = commandSchema.parse(command);
      // Commands look at these first; that is no wish of the netrunner's.
      if (parsed.type !== "settings.read" && parsed.type !== "runs.open") commands.push(parsed);
      const refusal = script.refuse?.(parsed);
      if (refusal !== undefined) throw refusal;
      // The reply belongs to the command's type: `carryOut` switches over it.
      return carryOut(parsed) as Replies[C["type"]];
    },
    async snapshot() {
      return events.length === 0 ? undefined : viewOf(current);
    },
    follow(afterSeq) {
      const reader = channel<DeckEvent>();
      for (const event of events.slice(afterSeq)) reader.push(event);
      readers.add(reader);
      return reader;
    },
    closed: closed.promise,
  };

  return {
    port,
    async close() {
      closings += 1;
      for (const reader of readers) reader.close();
      closed.resolve();
    },
    commands,
    events,
    get closings() {
      return closings;
    },
    stage,
  };
}

/** A deck has either the scripted model or real ones: what the run says that it plays. */
const isOffline = ([first]: readonly DeckEvent[]): boolean =>
  first?.type === "run.opened" && first.body.settings.offline;

const anEjection: Ejection = {
  reason: "",
  steps: [
    { step: "deny", ms: 1 },
    { step: "proof", ms: 30 },
  ],
  proven: true,
  marks: 4,
  looks: [0, 0],
  survivors: [],
  elsewhere: [],
  at_work: 2,
  queued: 1,
  snapshot: "/w/r/eject.json",
  problems: [],
};

const caliber = { model: "sonnet", effort: "high" } as const;
export const settings: RunSettings = defaultSettings(2);

function outcomeOf(id: string, task: string, changes: Partial<Outcome> = {}): Outcome {
  return anOutcome({
    id,
    task,
    caliber_asked: caliber,
    caliber_given: { ...caliber, fast: false },
    model_given: "claude-sonnet-5-5",
    duration_ms: 12_300,
    turns: 2,
    cost_usd: 0.0123,
    result: "All is well.",
    session_id: "s",
    ...changes,
  });
}

function givenOnly(settings: { [K in keyof RunSettings]?: RunSettings[K] | undefined }): Partial<RunSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
