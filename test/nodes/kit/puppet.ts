import { channel } from "../../../src/base/stream.ts";
import type { AgentDriver, AgentEvent, AgentExit, AgentSession, SessionOwner } from "../../../src/drivers/agent.ts";
import type { ToolCall } from "../../../src/protocol/verdict.ts";

/** An agent that does what the test tells it, and remembers what it was told. */
export function puppet() {
  const events = channel<AgentEvent>();
  const over = Promise.withResolvers<AgentExit>();
  const gone = new AbortController();
  const told: string[] = [];
  let owner: SessionOwner | undefined;
  let unread = 0;
  const session: AgentSession = {
    pid: 77,
    command: "an agent",
    token: "none",
    events,
    answers: async () => void told.push("answers"),
    handTo: () => undefined,
    get unread() {
      return unread;
    },
    aim: async ({ model }, how) => void told.push(`aim ${model} ${how?.fast}`),
    send(text) {
      told.push(`send ${text}`);
      unread += 1;
    },
    end: () => void told.push("end"),
    interrupt: () => Promise.reject(new Error("there is no turn")),
    async stop(how) {
      told.push(`stop ${how}`);
      const exit = { how: "signal", signal: "SIGKILL", stderr: "" } as const;
      gone.abort();
      events.close();
      over.resolve(exit);
      return { proven: true, survivors: [] };
    },
    freeze: async () => true,
    thaw: async () => void told.push("thaw"),
    signal: gone.signal,
    closed: over.promise,
  };
  return {
    told,
    session,
    does: (event: AgentEvent) => events.push(event),
    reads() {
      unread = 0;
    },
    open: (first: SessionOwner) => {
      owner = first;
      return Promise.resolve(session);
    },
    calls: (call: ToolCall) => owner?.gate(call) ?? Promise.reject(new Error("nobody has opened it")),
  };
}

/** An agent that was opened on a node. */
interface OpenedPuppet {
  id: string;
  cwd: string;
  resume: string | undefined;
  agent: ReturnType<typeof puppet>;
}

/** Opens agents that do nothing by themselves, and remembers where. */
export function puppetsAway() {
  const opened: OpenedPuppet[] = [];
  const driver: AgentDriver = {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    open({ id, cwd, resume, ...owner }) {
      const agent = puppet();
      opened.push({ id, cwd, resume, agent });
      return agent.open(owner);
    },
    models: () => Promise.reject(new Error("nobody asks")),
  };
  const last = (): OpenedPuppet => {
    const one = opened.at(-1);
    if (one === undefined) throw new Error("none was opened");
    return one;
  };
  return { driver, opened, last };
}

/** A driver of a machine on which nothing may be opened. */
export const nothingHere: AgentDriver = {
  ...puppetsAway().driver,
  open: () => Promise.reject(new Error("it was opened on the host's machine")),
};

/** The end of a turn that went well. */
export const turnEnded: AgentEvent = {
  type: "turn.ended",
  turn: {
    status: "ok",
    ok: true,
    text: "Done.",
    errors: [],
    refused: false,
    sessionId: "s",
    turns: 1,
    queued: 0,
    costUsd: 0,
    tokens: { input: 0, output: 0, cache_read: 0, cache_written: 0 },
  },
};
