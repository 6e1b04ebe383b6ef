import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver, AgentSession, SessionSpec } from "../../../src/drivers/agent.ts";
import { repository } from "../workspace/kit/place.ts";
import { puppet } from "./puppet.ts";
import { runIn, specOf } from "./spec.ts";

/** An agent that was opened on a node. */
export interface OpenedPuppet {
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

/** A workspace with one commit, and what opens a session in it. */
export function workspaceIn(folder: string): {
  root: string;
  specOf: (id: string, more?: Partial<SessionSpec>) => SessionSpec;
} {
  const root = join(folder, "workspace");
  mkdirSync(root, { recursive: true });
  repository(root, { "a.txt": "one\n" });
  const run = runIn(join(folder, "home"), "run-1");
  return { root, specOf: (id, more) => specOf(id, { cwd: root, run, ...more }) };
}

/** Ends an agent and has its work back, as a construct does. */
export async function endedWork(
  session: AgentSession,
  how: { isOver?: boolean; isHurried?: boolean; construct?: string } = {},
) {
  await session.stop("hard");
  if (session.copy === undefined) throw new Error("it works in no copy");
  return session.copy.bringBack({ construct: "cx-1", isOver: true, isHurried: false, ...how });
}
