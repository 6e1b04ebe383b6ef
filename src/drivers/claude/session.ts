import { randomBytes, type UUID } from "node:crypto";
import type { Query, SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import type { AgentEvent, AgentExit, AgentSession, SessionOwner, SessionSpec, StopReport } from "../agent.ts";
import { channel, type Channel } from "../../base/stream.ts";
import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { Guardian } from "../../process/guardian.ts";
import type { ProcessTable } from "../../process/entry.ts";
import { tokenVariable } from "../../protocol/bridge.ts";
import { translate } from "./messages.ts";
import { sdkOptions, type Surroundings } from "./options.ts";
import { unreadMessages, type Unread } from "./unread.ts";
import { serverEnvironment, surfaceTo, toolServers } from "./tool-servers.ts";
import { agentProcess, hardStop, politeStop, type AgentProcess } from "./process.ts";

/** How long output may still come in after the agent process itself has ended, milliseconds. */
const drainMs = 500;

/** What all sessions of a driver share. */
export interface Around extends Omit<Surroundings, "spawn"> {
  table: ProcessTable;
  guardian?: Guardian | undefined;
  place?: string | undefined;
}

/**
 * Starts an agent and connects it to the SDK. The agent's end is the end of its process, not of its output: what it
 * left running may hold the pipe for hours.
 */
export async function openSession(spec: SessionSpec, around: Around): Promise<AgentSession> {
  const factory = await import("@anthropic-ai/claude-agent-sdk");
  const input = channel<SDKUserMessage>();
  const events = channel<AgentEvent>();
  const mark = around.place === undefined ? spec.id : `${spec.id}@${around.place}`;
  const child = agentProcess(mark, around.table, { guardian: around.guardian, wall: spec.wall });
  const unread = unreadMessages();
  let owner: SessionOwner = spec;
  const asked: SessionSpec = {
    ...spec,
    gate: (call) => owner.gate(call),
    transcript: (line) => owner.transcript?.(line),
    surface: (wish, call) => surfaceTo(owner, wish, call),
  };
  const token = randomBytes(24).toString("base64url");
  const env = { ...around.env, ...serverEnvironment(spec), [tokenVariable]: token };
  const options = { ...sdkOptions(asked, { ...around, env, spawn: child.spawn }), ...toolServers(factory, asked) };
  const opening: Promise<Query> =
    spec.isSpare === true
      ? factory.startup({ options }).then((warm) => warm.query(input))
      : Promise.resolve(factory.query({ prompt: input, options }));
  const reading = read(opening, asked, events, { child, unread });
  const { pid, command } = await Promise.race([
    child.started,
    reading.then((problem) => (child.wasAskedFor ? child.started : neverSpawned(problem))),
  ]);
  const closed = finish(child, reading, () => {
    events.close();
    input.close();
    void opening.then(
      (sdk) => sdk.close(),
      () => "it never came up, which `reading` tells",
    );
  });
  void reading.then(() => events.close());
  let isInitialised = false;
  /** What its next turn runs on. */
  let aimed = { model: spec.caliber.model, effort: spec.caliber.effort, fast: spec.fast ?? false };

  return {
    pid,
    command,
    token,
    events,
    get unread() {
      return unread.count;
    },
    send: (text) => input.push(userMessage(text, unread.next())),
    end: () => input.close(),
    handTo(next) {
      owner = next;
    },
    async answers() {
      const sdk = await orGone(opening, closed);
      if (isInitialised) await orGone(sdk.mcpServerStatus(), closed);
      else await orGone(sdk.initializationResult(), closed);
      isInitialised = true;
    },
    async aim({ model, effort }, { fast } = { fast: false }) {
      const sdk = await orGone(opening, closed);
      const isSameModel = model === aimed.model;
      const isSame = isSameModel && effort === aimed.effort && fast === aimed.fast;
      // All at once: one answer of the agent's takes longer than its work. One that stays as it is has to answer, too.
      const taken = isSame
        ? [sdk.mcpServerStatus()]
        : [
            ...(isSameModel ? [] : [sdk.setModel(model)]),
            sdk.applyFlagSettings({ effortLevel: effort, fastMode: fast }),
          ];
      await orGone(Promise.all<unknown>(taken), closed);
      aimed = { model, effort, fast };
    },
    async interrupt() {
      await (await opening).interrupt();
    },
    stop(how): Promise<StopReport> {
      input.close();
      return child.stop(how === "hard" ? hardStop : politeStop);
    },
    freeze: () => child.freeze(),
    thaw: () => child.thaw(),
    signal: child.signal,
    closed,
  };
}

async function read(
  opening: Promise<Query>,
  spec: SessionSpec,
  events: Channel<AgentEvent>,
  { child, unread }: { child: AgentProcess; unread: Unread },
): Promise<string | undefined> {
  /** Calls of the one tool that can leave processes behind. */
  const shells = new Set<string>();
  try {
    for await (const message of await opening) {
      if (message.type !== "stream_event") spec.transcript?.(JSON.stringify(message));
      unread.see(message);
      for (const event of translate(message)) {
        if (event.type === "tool.called" && event.tool === "Bash") shells.add(event.id);
        if (event.type === "tool.returned" && shells.delete(event.id)) child.note();
        events.push(event);
      }
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function finish(
  child: AgentProcess,
  reading: Promise<string | undefined>,
  release: () => void,
): Promise<AgentExit> {
  const exit = await child.closed;
  await Promise.race([reading, pause(drainMs)]);
  release();
  return exit;
}

/** Nobody answers for an agent that is gone, and its SDK may not say so. */
async function orGone<T>(answer: Promise<T>, closed: Promise<AgentExit>): Promise<T> {
  const end = closed.then((): never => {
    throw new Fault("agent", "agent.gone", "The agent ended before it answered.", { hint: "Start another one." });
  });
  return Promise.race([answer, end]);
}

/** The SDK may give up before it asks for a process; nothing else would tell of that. */
function neverSpawned(problem: string | undefined): never {
  throw new Fault("agent", "agent.not_spawned", `The agent was not started: ${problem ?? "its SDK gave no reason"}`, {
    hint: "Try again; if it stays so, check the agent with: claude --version",
  });
}

const userMessage = (text: string, uuid: UUID): SDKUserMessage => ({
  type: "user",
  uuid,
  parent_tool_use_id: null,
  message: { role: "user", content: text },
});
