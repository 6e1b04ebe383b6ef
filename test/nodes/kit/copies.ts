import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentSession, SessionSpec } from "../../../src/drivers/agent.ts";
import { repository } from "../workspace/kit/place.ts";
import { runIn, specOf } from "./spec.ts";

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
export async function endedWork(session: AgentSession, how: { isOver?: boolean; construct?: string } = {}) {
  await session.stop("hard");
  if (session.copy === undefined) throw new Error("it works in no copy");
  return session.copy.bringBack({ construct: "cx-1", isOver: true, ...how });
}
