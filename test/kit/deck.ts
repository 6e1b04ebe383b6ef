import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pause, systemClock } from "../../src/base/clock.ts";
import { claudeCanaries } from "../../src/bin/canary.ts";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import type { AccountTimes } from "../../src/engine/account/times.ts";
import { openCaliberDesk, type CaliberDesk } from "../../src/engine/calibers/desk.ts";
import type { Patience } from "../../src/engine/daemon/conversation.ts";
import { judgeFor, type Judge } from "../../src/engine/gate/judge.ts";
import { openWritingDeck, type Deck } from "../../src/host/deck.ts";
import type { DeckParts } from "../../src/host/deck-parts.ts";
import type { PluginParts } from "../../src/host/bridge/deck-plugins.ts";
import type { OpenedRun } from "../../src/host/port.ts";
import { block, say, type Answerer } from "../../src/offline/reply.ts";
import { parseRequest, type ModelRequest } from "../../src/offline/request.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import type { ModelList } from "../../src/protocol/models.ts";
import type { DeckEvent, EventType } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { startGuardian } from "../../src/process/guardian.ts";
import { defaultSettings, type RunSettings } from "../../src/protocol/settings.ts";

export interface TestDeck extends AsyncDisposable {
  /** Of the workspace and the agents' HOME: what a later deck goes on in. */
  folder: string;
  /** The agents' HOME, where they keep their sessions. */
  agentHome: string;
  deck: Deck;
  api: OfflineApi;
  workspace: string;
  home: string;
  settings: RunSettings;
  /** Sets a goal and gives all events of the run up to its closing. */
  runGoal(goal: string): Promise<DeckEvent[]>;
  /** Runs tasks without a daemon and gives all events of the run up to its closing. */
  runTasks(tasks: string[]): Promise<DeckEvent[]>;
  /** The same in a deck before which nobody sits: when the run pauses at a bound, it is left so. */
  leaveTasks(tasks: string[]): Promise<DeckEvent[]>;
  leaveGoal(goal: string): Promise<DeckEvent[]>;
  /** Starts tasks without waiting for their end. */
  startTasks(tasks: string[]): Promise<OpenedRun>;
  /** Starts a goal without waiting for its end. */
  startGoal(goal: string): Promise<OpenedRun>;
  /** Goes on with a run, under these settings where they are given. */
  resume(run: string, how?: { say?: string; settings?: Partial<RunSettings> }): Promise<OpenedRun>;
  /** Events up to and with the closing of the run. */
  untilClosed(afterSeq: number): Promise<DeckEvent[]>;
  /** Events up to and with the first one for which `isLast` holds. */
  eventsUntil(afterSeq: number, isLast: (event: DeckEvent) => boolean): Promise<DeckEvent[]>;
}

export interface TestDeckOptions {
  /** The scripted model; the default says "Done." to everybody. */
  answer?: Answerer;
  settings?: Partial<RunSettings>;
  /** Files of the workspace: path to text. */
  files?: Record<string, string>;
  patience?: Patience;
  /** How long what concerns the account is waited for; otherwise as in earnest, which is long. */
  accountTimes?: AccountTimes;
  /** How the agents are logged in; the provider tells a subscription when its limit is over. Default: a key. */
  login?: "key" | "subscription";
  /** The longest that anything waits for the author of tripwires, milliseconds. */
  authorMs?: number;
  /** The longest that an answer of the watchdog may take, milliseconds. */
  answerMs?: number;
  /** Another executable in the agent's place. */
  claudeBin?: string;
  driver?: (usual: AgentDriver) => AgentDriver;
  /** Wraps the brake, to see it or to break it. */
  judge?: (usual: Judge) => Judge;
  /** The models that there are, in place of those that every agent has; `ask`: what the real agent says; or who is asked. */
  calibers?: ModelList["models"] | "ask" | ((signal: AbortSignal) => Promise<ModelList>);
  /** Tries the gate before the first construct, in the agent, or in another executable. */
  canary?: { executable?: string; limitMs?: number };
  /** Folders and files of plugins in the deck's home: `NAME/plugin.toml`, `NAME/run.sh`. Files that begin with `#!` can be run. */
  plugins?: Record<string, string>;
  /** Opens the deck in another way, such as on a disk that is full. */
  open?: typeof openWritingDeck;
  /** How much memory there is for agents. */
  memory?: () => { free: number; total: number } | undefined;
  /** Where constructs may run besides this machine. */
  places?: DeckParts["places"];
  nodes?: DeckParts["nodes"];
  /** An earlier deck's folder to go on in. */
  folder?: string;
  /** Leaves the folder for a later deck, which then deletes it. */
  keep?: boolean;
  /** A model API that outlives this deck; `answer` is not asked then. */
  api?: OfflineApi;
}

/** What ships with the deck. */
const shipped = join(import.meta.dirname, "../../catalogue");

/** A real deck in a temporary folder: the real agent, a scripted model, nothing of this machine's HOME or variables. */
export async function openTestDeck(options: TestDeckOptions): Promise<TestDeck> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "deck-test-"));
  const workspace = join(folder, "workspace");
  const home = join(workspace, ".cyberdeck");
  const agentHome = join(folder, "agent-home");
  for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
  for (const [path, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  for (const [path, text] of Object.entries(options.plugins ?? {})) {
    const file = join(home, "plugins", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
  const api = options.api ?? (await startOfflineApi({ answer: options.answer ?? (() => say("Done.")) }));
  const executable = await findExecutable({ asked: options.claudeBin, env: {}, cwd: workspace });
  const { ANTHROPIC_API_KEY, ...keyless } = offlineEnvironment(process.env, agentHome, api.url);
  const login: Record<string, string> =
    options.login === "subscription"
      ? { CLAUDE_CODE_OAUTH_TOKEN: "no-token" }
      : { ANTHROPIC_API_KEY: ANTHROPIC_API_KEY ?? "" };
  const usual = claudeDriver({ executable, env: { ...keyless, ...login }, guardian });
  const open = options.open ?? openWritingDeck;
  const deck = await open({ workspace, home, mode: "write", offline: true }, () =>
    Promise.resolve({
      driver: options.driver?.(usual) ?? usual,
      judgeFor(place) {
        const brake = judgeFor({ ...place, agentHome });
        return options.judge?.(brake) ?? brake;
      },
      agentHome,
      ...calibersOf(options.calibers, { driver: usual, workspace, home }),
      catalogues: { user: join(folder, "config"), shipped, path: process.env["PATH"] ?? "" },
      version: "0.0.0-test",
      ...(options.canary === undefined
        ? {}
        : {
            canary: claudeCanaries({ executable, caller: process.env, deckHome: home, ...options.canary }),
          }),
      ...(options.plugins === undefined ? {} : { plugins: kitPlugins() }),
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      ...(options.places === undefined ? {} : { places: options.places }),
      ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.accountTimes === undefined ? {} : { accountTimes: options.accountTimes }),
      ...(options.answerMs === undefined ? {} : { answerMs: options.answerMs }),
      ...(options.authorMs === undefined ? {} : { authorMs: options.authorMs }),
      release: () => Promise.resolve(),
    }),
  );
  // Rules of a goal's own cost a process and two requests, spares a process each: a test that wants them says so.
  const frugal = { offline: true, tripwire_author: "off", pool: 0 } as const;
  const settings: RunSettings = { ...defaultSettings(2), ...frugal, ...options.settings };
  const isClosed = (event: DeckEvent): boolean => event.type === "run.closed";

  const eventsUntil = async (afterSeq: number, isLast: (event: DeckEvent) => boolean): Promise<DeckEvent[]> => {
    const events: DeckEvent[] = [];
    for await (const event of deck.follow(afterSeq)) {
      events.push(event);
      if (isLast(event)) break;
    }
    return events;
  };

  /** What a command does that runs without a terminal. */
  const untilLeft = ({ afterSeq }: OpenedRun): Promise<DeckEvent[]> =>
    eventsUntil(afterSeq, (event) => {
      const stop = { type: "stop", status: "paused", reason: "nobody answers", force: false } as const;
      if (event.type === "run.paused") deck.send(stop).catch(() => "it has ended by itself");
      return isClosed(event);
    });

  const startTasks = (tasks: string[]): Promise<OpenedRun> =>
    deck.send({ type: "spawn", tasks, settings, command_line: [] });

  const startGoal = (goal: string): Promise<OpenedRun> =>
    deck.send({ type: "goal.set", goal, settings, command_line: [] });

  return {
    folder,
    agentHome,
    deck,
    api,
    workspace,
    home,
    settings,
    startGoal,
    resume: (run, how = {}) => deck.send({ type: "run.resume", run, ...how, command_line: [] }),
    untilClosed: (afterSeq) => eventsUntil(afterSeq, isClosed),
    eventsUntil,
    async runGoal(goal) {
      const opened = await startGoal(goal);
      return eventsUntil(opened.afterSeq, isClosed);
    },
    startTasks,
    async runTasks(tasks) {
      const opened = await startTasks(tasks);
      return eventsUntil(opened.afterSeq, isClosed);
    },
    leaveTasks: async (tasks) => untilLeft(await startTasks(tasks)),
    leaveGoal: async (goal) => untilLeft(await startGoal(goal)),
    async [Symbol.asyncDispose]() {
      await deck.close();
      if (options.api === undefined) await api.close();
      if (options.keep !== true) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Ends the agents of all decks of this process should it be killed. One for all: to start it takes as long as a short test. It starts
 * with the first agent, and ends with the process.
 */
const guardian = startGuardian(join(import.meta.dirname, "../../src/bin/guardian.ts"));

/** Plugins of the home alone, on this machine. */
const kitPlugins = (): PluginParts => ({
  machine: { platform: process.platform, path: process.env["PATH"] ?? "", variables: new Set(["PATH"]) },
  node: process.execPath,
  script: join(import.meta.dirname, "../../src/bin/plugin-call.ts"),
});
function calibersOf(
  calibers: TestDeckOptions["calibers"],
  { driver, workspace, home }: { driver: AgentDriver; workspace: string; home: string },
): { calibers?: CaliberDesk } {
  if (calibers === undefined) return {};
  const ask: AgentDriver["models"] = (asked) => {
    if (typeof calibers === "function") return calibers(asked.signal);
    return calibers === "ask" ? driver.models(asked) : Promise.resolve({ version: "0.0.0", models: calibers });
  };
  return {
    calibers: openCaliberDesk({
      file: join(home, "calibers.json"),
      identity: () => Promise.resolve("the agent of the test"),
      ask: (signal) => ask({ cwd: workspace, signal }),
      clock: systemClock,
    }),
  };
}

/** The events of one type. */
export function of<T extends EventType>(events: readonly DeckEvent[], type: T): (DeckEvent & { type: T })[] {
  return events.filter((event): event is DeckEvent & { type: T } => event.type === type);
}

/** The outcomes in the order in which they were recorded. */
export const outcomesOf = (events: readonly DeckEvent[]): Outcome[] =>
  of(events, "construct.ended").map((event) => event.body.outcome);

/** Ids of everything that had a process in these events: constructs, daemons, authors and spares. */
export const agentsOf = (events: readonly DeckEvent[]): string[] => [
  ...new Set([
    ...of(events, "construct.queued").map((event) => event.body.construct),
    ...of(events, "daemon.started").map((event) => event.body.daemon),
    ...of(events, "author.started").map((event) => event.body.author),
    ...of(events, "pool.started").map((event) => event.body.spare),
  ]),
];

/** What is alive of the agents of these events. */
export const leftOf = (events: readonly DeckEvent[]): string[] => agentsOf(events).flatMap(bearersOf);

/** The bodies of the daemon's requests, as far as the API still has them. */
export function daemonRequests(api: OfflineApi): ModelRequest[] {
  return requestsOf(api).filter(isDaemon);
}

/** The model requests that came in, read as the scripted model reads them. */
export function requestsOf(api: OfflineApi): ModelRequest[] {
  return api.requests.flatMap(({ body, bytes, path }) => {
    const parsed = path === "/v1/messages" ? parseRequest(body, bytes, undefined) : undefined;
    return parsed?.ok === true ? [parsed.request] : [];
  });
}

/** Waits for something that no event tells, such as a file of a tool's child; fails after 20 s. */
export async function eventually<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const end = performance.now() + 20_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`still not so after 20 s: ${what}`);
    await pause(25);
  }
}

/**
 * Waits until the agents of these events have written their sessions down: they do so a moment after they have called their first tool, and
 * one that is ended before cannot be gone on with.
 */
export async function untilRemembered({ agentHome }: Pick<TestDeck, "agentHome">, events: DeckEvent[]): Promise<void> {
  const projects = join(agentHome, ".claude", "projects");
  for (const { body } of of(events, "construct.ready"))
    await eventually(
      () =>
        existsSync(projects) &&
        readdirSync(projects, { recursive: true, encoding: "utf8" }).some((name) =>
          name.endsWith(`${body.session_id}.jsonl`),
        ),
      `the session of ${body.construct} is on disk`,
    );
}

/** A daemon that waits as long as something is in flight, and is then done with these words. */
export const doneWhenIdle =
  (chat: string): Answerer =>
  (request) =>
    request.lastUserText.includes("Nothing else is in flight")
      ? block({ status: "done", chat })
      : block({ status: "waiting" });

/** Command lines of living processes that bear a marker, here or on a node, by reading the process table independently of the product. */
export function bearersOf(id: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      const variables = environment.split("\0").map((variable) => variable.split("@")[0]);
      if (!variables.includes(`CYBERDECK_CONSTRUCT=${id}`)) continue;
      found.push(`${name} ${readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ")}`);
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found;
}
