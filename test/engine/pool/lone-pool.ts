import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claudeDriver } from "../../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../../src/drivers/claude/executable.ts";
import type { SpawnSpec } from "../../../src/engine/construct/outcome-of.ts";
import type { Note } from "../../../src/engine/journal.ts";
import { Pool, type PoolParts, type PoolRoom } from "../../../src/engine/pool/pool.ts";
import { say } from "../../../src/offline/reply.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { EventBody, EventType } from "../../../src/protocol/event.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { bearersOf, eventually } from "../../kit/deck.ts";
import { handClock } from "../../kit/hand-clock.ts";

/** A pool without a run around it, with real agents and a clock that the test moves. */
export interface LonePool extends AsyncDisposable {
  pool: Pool;
  settings: { pool: number };
  /** Memory of the machine; undefined: it does not tell. */
  memory: { of: { free: number; total: number } | undefined };
  /** Moves the clock, and does what has become due. */
  pass(ms: number): void;
  /** Tells the pool how things stand now; that also holds from then on. */
  keepUp(room?: Partial<PoolRoom>): void;
  bodies<T extends EventType>(type: T): EventBody<T>[];
  /** Waits until so many events of a type are on record. */
  until(type: EventType, count: number): Promise<void>;
  /** The processes of its spares. */
  alive(): string[];
}

export async function lonePool(
  options: { claudeBin?: string; size?: number; needs?: PoolParts["needs"]; answerMs?: number } = {},
): Promise<LonePool> {
  const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
  const [workspace, agentHome] = ["workspace", "agent-home"].map((name) => join(folder, name));
  if (workspace === undefined || agentHome === undefined) throw new Error("two names make two paths");
  for (const path of [workspace, agentHome]) mkdirSync(path);
  const api = await startOfflineApi({ answer: () => say("Done.") });
  const executable = await findExecutable({ asked: options.claudeBin, env: {}, cwd: workspace });
  const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, api.url) });
  const events: { type: EventType; body: unknown }[] = [];
  const note: Note = (type, body) => events.push({ type, body }) > 0;
  const clock = handClock();
  const settings = { ...defaultSettings(2), pool: options.size ?? 1 };
  const memory: LonePool["memory"] = { of: undefined };
  let room: PoolRoom = { starts: 4, useful: 10 };
  const pool = new Pool({
    place: { driver, cwd: workspace, wall: undefined },
    clock,
    note,
    settings,
    memory: () => memory.of,
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.answerMs === undefined ? {} : { answerMs: options.answerMs }),
    onChange: () => pool.keepUp({ ...room, starts: Math.max(0, room.starts - pool.starting) }),
  });
  pool.open();
  // A run asks for the body by its type; here, too, one was recorded with the other.
  const bodies = <T extends EventType>(type: T): EventBody<T>[] =>
    events.filter((event) => event.type === type).map(({ body }) => body as EventBody<T>);
  return {
    pool,
    settings,
    memory,
    pass: (ms) => clock.pass(ms),
    keepUp(change = {}) {
      room = { ...room, ...change };
      pool.keepUp(room);
    },
    bodies,
    async until(type, count) {
      await eventually(() => bodies(type).length >= count, `${count} ${type}`);
    },
    alive: () => bodies("pool.started").flatMap(({ spare }) => bearersOf(spare)),
    async [Symbol.asyncDispose]() {
      await pool.close();
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A construct as the fleet would start it. */
export const aSpec = (parts: Partial<SpawnSpec> = {}): SpawnSpec => ({
  id: "cx-00000001",
  task: "a task",
  origin: "daemon",
  parent: null,
  caliber: { model: "sonnet", effort: "high" },
  after: [],
  profile: "default",
  plugins: null,
  ...parts,
});

/** An owner that allows nothing and writes nothing down. */
export const anOwner = () => ({
  gate: () => Promise.resolve({ decision: "deny", rule: "test", reason: "a test" } as const),
});
