import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import type { Patience } from "../../src/engine/daemon/conversation.ts";
import { judgeFor } from "../../src/engine/judge.ts";
import { openWritingDeck, type Deck } from "../../src/host/deck.ts";
import { block, type Answerer } from "../../src/offline/reply.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import type { DeckEvent, EventType } from "../../src/protocol/event.ts";
import { defaultSettings, type RunSettings } from "../../src/protocol/settings.ts";

export interface TestDeck extends AsyncDisposable {
  deck: Deck;
  api: OfflineApi;
  workspace: string;
  home: string;
  settings: RunSettings;
  /** Sets a goal and gives all events of the run up to its closing. */
  runGoal(goal: string): Promise<DeckEvent[]>;
  /** Runs tasks without a daemon and gives all events of the run up to its closing. */
  runTasks(tasks: string[]): Promise<DeckEvent[]>;
  /** Events up to and with the first one for which `isLast` holds. */
  eventsUntil(afterSeq: number, isLast: (event: DeckEvent) => boolean): Promise<DeckEvent[]>;
}

export interface TestDeckOptions {
  answer: Answerer;
  settings?: Partial<RunSettings>;
  /** Files of the workspace: path to text. */
  files?: Record<string, string>;
  patience?: Patience;
  /** Another executable in the agent's place. */
  claudeBin?: string;
  driver?: (usual: AgentDriver) => AgentDriver;
  /** An earlier deck's folder to go on in. */
  folder?: string;
}

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
  const api = await startOfflineApi({ answer: options.answer });
  const executable = await findExecutable({ asked: options.claudeBin, env: {}, cwd: workspace });
  const usual = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, api.url) });
  const deck = await openWritingDeck({ workspace, home, mode: "write", offline: true }, () =>
    Promise.resolve({
      driver: options.driver?.(usual) ?? usual,
      judgeFor: (place) => judgeFor({ ...place, agentHome }),
      version: "0.0.0-test",
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      release: () => Promise.resolve(),
    }),
  );
  const settings: RunSettings = { ...defaultSettings(2), offline: true, ...options.settings };
  const isClosed = (event: DeckEvent): boolean => event.type === "run.closed";

  const eventsUntil = async (afterSeq: number, isLast: (event: DeckEvent) => boolean): Promise<DeckEvent[]> => {
    const events: DeckEvent[] = [];
    for await (const event of deck.follow(afterSeq)) {
      events.push(event);
      if (isLast(event)) break;
    }
    return events;
  };

  return {
    deck,
    api,
    workspace,
    home,
    settings,
    eventsUntil,
    async runGoal(goal) {
      const opened = await deck.send({ type: "goal.set", goal, settings, command_line: [] });
      return eventsUntil(opened.afterSeq, isClosed);
    },
    async runTasks(tasks) {
      const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
      return eventsUntil(opened.afterSeq, isClosed);
    },
    async [Symbol.asyncDispose]() {
      await deck.close();
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The events of one type. */
export function of<T extends EventType>(events: readonly DeckEvent[], type: T): (DeckEvent & { type: T })[] {
  return events.filter((event): event is DeckEvent & { type: T } => event.type === type);
}

/** A daemon that waits as long as something is in flight, and is then done with these words. */
export const doneWhenIdle =
  (chat: string): Answerer =>
  (request) =>
    request.lastUserText.includes("Nothing else is in flight")
      ? block({ status: "done", chat })
      : block({ status: "waiting" });

/** Command lines of living processes that bear a marker, by reading the process table independently of the product. */
export function bearersOf(id: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      if (!environment.split("\0").includes(`CYBERDECK_CONSTRUCT=${id}`)) continue;
      found.push(`${name} ${readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ")}`);
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found;
}
