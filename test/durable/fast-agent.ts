import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../../src/base/clock.ts";
import { channel } from "../../src/base/stream.ts";
import {
  markerName,
  type AgentDriver,
  type AgentEvent,
  type AgentExit,
  type AgentSession,
  type SessionOwner,
  type SessionSpec,
  type TurnEnd,
} from "../../src/drivers/agent.ts";
import { stopBearers } from "../../src/process/stop.ts";
import type { ProcessTable } from "../../src/process/entry.ts";
import { systemTable } from "../../src/process/table.ts";
import { noTokens } from "../../src/protocol/outcome.ts";
import { daemonReply, newMemory, stepCommand, taskTold, type Scenario } from "./scenario.ts";

/** What a session of the fast agent keeps on disk, as the real one keeps its history. */
const sessionSchema = z.object({
  task: z.string(),
  done: z.int(),
  heard: z.array(z.string()),
  daemon: z.object({ ended: z.array(z.string()), wasBad: z.boolean(), last: z.string() }),
});
type Saved = z.infer<typeof sessionSchema>;

/**
 * An agent in the deck's own process, for scale: it dies with its deck, as the real one's turn does, and what it has started, a
 * real process with its marker, stays. Its sessions are files. `test/durable/real.test.ts` holds it against the real one.
 */
export function fastAgent(folder: string, scenario: Scenario): AgentDriver {
  const sessions = join(folder, "sessions");
  mkdirSync(sessions, { recursive: true });
  const table = systemTable();
  return {
    name: "fast",
    can: { interrupt: true, resume: true, structuredOutput: true },
    models: () => Promise.reject(new Error("it has none")),
    open: (spec) => Promise.resolve(openSession(spec, { sessions, folder, scenario, table })),
  };
}

/** How long its model seems to think, milliseconds: long enough for the deck to record that the turn has begun. */
const modelMs = 5;

interface Place {
  sessions: string;
  folder: string;
  scenario: Scenario;
  table: ProcessTable;
}

function openSession(spec: SessionSpec, place: Place): AgentSession {
  const events = channel<AgentEvent>();
  const over = Promise.withResolvers<AgentExit>();
  const gone = new AbortController();
  const sessionId = spec.resume ?? randomUUID();
  const file = join(place.sessions, `${sessionId}.json`);
  const isLost = spec.resume !== undefined && !existsSync(file);
  const saved = isLost || spec.resume === undefined ? fresh() : load(file);
  const waiting: string[] = [];
  let owner: SessionOwner = spec;
  let turn = new AbortController();
  let isBusy = false;
  let turns = 0;

  const save = (): void => {
    writeFileSync(`${file}.tmp`, JSON.stringify(saved));
    renameSync(`${file}.tmp`, file);
  };
  const exit = (how: AgentExit): void => {
    gone.abort();
    turn.abort();
    events.close();
    over.resolve(how);
  };
  const tell = (event: AgentEvent): void => {
    if (!gone.signal.aborted) events.push(event);
  };
  const endOf = (text: string, parts: Partial<TurnEnd> = {}): TurnEnd => ({
    status: "ok",
    ok: true,
    text,
    errors: [],
    refused: false,
    sessionId,
    turns: 1,
    queued: waiting.length,
    costUsd: turns / 100,
    tokens: noTokens,
    ...parts,
  });

  const call = async (name: string, step: number): Promise<boolean> => {
    const id = `toolu_${randomUUID()}`;
    const input = { command: stepCommand(name, step) };
    tell({ type: "tool.called", id, tool: "Bash", input });
    const verdict = await Promise.race([owner.gate({ id, tool: "Bash", input }), aborted(turn.signal)]);
    if (verdict === undefined) return false;
    const may = verdict.decision === "allow";
    if (may) appendFileSync(join(place.folder, "workspace", `effects-${name}.txt`), `${step} ${id}\n`);
    tell({ type: "tool.returned", id, failed: !may, text: may ? `${name} ${step}` : verdict.reason });
    return !turn.signal.aborted;
  };

  const work = async (text: string): Promise<TurnEnd> => {
    const given = taskTold(text);
    // One that is told once more is gone on with.
    if (given !== undefined && given.name !== taskTold(saved.task)?.name) Object.assign(saved, { task: text, done: 0 });
    saved.heard.push(text);
    // As by the real one, what it has been told is written down a moment later: in between, a death loses it.
    await pause(modelMs, turn.signal);
    save();
    const task = taskTold(saved.task);
    if (task === undefined) return endOf("nothing to do");
    if (text.startsWith("MESSAGE")) return endOf(`heard: ${text}`);
    stray(spec, place);
    for (let step = saved.done + 1; step <= task.steps; step += 1) {
      await pause(modelMs, turn.signal);
      tell({ type: "said", text: `${task.name} is at step ${step}` });
      if (!(await call(task.name, step))) return stopped(endOf);
      saved.done = step;
      save();
    }
    if (task.waits) {
      await aborted(turn.signal);
      return stopped(endOf);
    }
    return endOf(`${task.name} is done`);
  };

  const answer = (text: string): TurnEnd => {
    const reply = daemonReply(place.scenario, saved.daemon, text);
    save();
    const { role } = spec;
    if (role.kind === "coordinator" && role.replySchema !== undefined) return endOf("", { structured: { rules: [] } });
    return endOf(reply === undefined ? "I would rather talk." : `\`\`\`json\n${JSON.stringify(reply)}\n\`\`\``);
  };

  const begin = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let text = waiting.shift(); text !== undefined && !gone.signal.aborted; text = waiting.shift()) {
      turn = new AbortController();
      turns += 1;
      await nextTick();
      tell({ type: "ready", sessionId, model: "fast", tools: [] });
      const request = randomUUID();
      tell({ type: "used", request, model: "fast", tokens: { input: 10, output: 1 }, isFinal: true });
      const end = spec.role.kind === "worker" ? await work(text) : answer(text);
      await nextTick();
      tell({ type: "turn.ended", turn: { ...end, queued: waiting.length } });
    }
    isBusy = false;
  };

  return {
    pid: process.pid,
    command: "fast agent",
    token: randomUUID(),
    events,
    answers: () =>
      isLost ? Promise.reject(new Error(`No conversation found with session ID: ${sessionId}`)) : Promise.resolve(),
    handTo(next) {
      owner = next;
    },
    get unread() {
      return waiting.length;
    },
    aim: () => Promise.resolve(),
    send(text) {
      waiting.push(text);
      void begin();
    },
    end: () => undefined,
    async interrupt() {
      turn.abort();
      await nextTick();
    },
    async stop() {
      exit({ how: "signal", signal: "SIGKILL", stderr: "" });
      const marker = { name: markerName, value: spec.id };
      const report = await stopBearers(marker, { termMs: 0, killMs: 3000 }, place.table);
      return { proven: report.proven, survivors: report.survivors.map(({ pid }) => pid) };
    },
    freeze: () => Promise.resolve(true),
    thaw: () => Promise.resolve(),
    signal: gone.signal,
    closed: over.promise,
  };
}

const fresh = (): Saved => ({ task: "", done: 0, heard: [], daemon: newMemory() });

const load = (file: string): Saved => sessionSchema.parse(JSON.parse(readFileSync(file, "utf8")));

const stopped = (endOf: (text: string, parts: Partial<TurnEnd>) => TurnEnd): TurnEnd =>
  endOf("", { ok: false, status: "error_during_execution" });

/** A process in a session of its own, which outlives the deck unless somebody looks for it. */
function stray(spec: SessionSpec, { folder }: Place): void {
  const env = { PATH: process.env["PATH"] ?? "", [markerName]: spec.id };
  spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env, cwd: folder }).unref();
}

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
