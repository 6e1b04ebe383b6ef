import { hostname } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { mutex } from "../base/mutex.ts";
import { homeMarkerName } from "../drivers/agent.ts";
import { claudeDriver } from "../drivers/claude/driver.ts";
import { stateFolder } from "../drivers/claude/environment.ts";
import { findExecutable } from "../drivers/claude/executable.ts";
import type { CanaryResult } from "../engine/gate/canary.ts";
import type { HubBounds } from "../nodes/hub/bounds.ts";
import { readHubAccess } from "../nodes/hub/settings.ts";
import type { LeaseTimes } from "../nodes/lease.ts";
import { mustFit, nameFrom } from "../nodes/node/names.ts";
import { startNode } from "../nodes/node/node.ts";
import { startGuardian } from "../process/guardian.ts";
import type { NodeAsked, NodeEnd, NodeEvent, RunningNode } from "../protocol/node.ts";
import { homeMark } from "../store/home.ts";
import { acquireLock, type Lock } from "../store/lock.ts";
import type { Process } from "./around.ts";
import { claudeCanaries } from "./canary.ts";
import { fitForNode } from "./fit-for-node.ts";
import { mustBeNetrunner } from "./must-be-netrunner.ts";
import { guardianScript, offlineProvider, ordinaryProvider } from "./open-deck.ts";

/** What a test may have shorter than a fleet. */
interface Haste {
  times?: LeaseTimes;
  bounds?: Partial<HubBounds>;
}

/** Makes this machine a node, out of its parts: its own agent, login, environment and wall. Rejects when it cannot be one. */
export async function openNode(
  asked: NodeAsked,
  tell: (event: NodeEvent) => void,
  around: Process,
  haste: Haste = {},
): Promise<RunningNode> {
  mustBeNetrunner(around);
  const { claudeBin, offline } = asked;
  const name = asked.name ?? nameFrom(hostname());
  const data = asked.data ?? join(around.homeDir, ".cyberdeck-node", `${asked.hub.fleet}-${name}`);
  mustFit({ ...asked, name });
  const access = await readHubAccess(asked.hub, (name) => around.env[name]);
  await using undo = new AsyncDisposableStack();
  undo.use(lockOf(data));
  const value = homeMark(data) ?? data;
  const executable = await findExecutable({ asked: claudeBin, env: around.env, cwd: around.cwd });
  const provider = offline ? await offlineProvider({ home: data }, around) : ordinaryProvider(around);
  undo.defer(() => provider.release());
  const guardian = startGuardian(guardianScript);
  undo.defer(() => guardian.close());
  const mark = { [homeMarkerName]: value };
  let agent: string | null = null;
  const trial = claudeCanaries({ executable, guardian, caller: around.env, mark, deckHome: data });
  // Two at a time would be in each other's folder.
  const oneByOne = mutex();
  const canary = (signal: AbortSignal): Promise<CanaryResult> =>
    oneByOne(async () => {
      const result = await trial(signal);
      agent = result.version;
      return result;
    });
  const { hasWall } = await fitForNode(asked, executable, canary, around, tell);
  const agentHome = provider.env["HOME"] ?? around.homeDir;
  const driver = claudeDriver({ executable, env: { ...provider.env, ...mark }, guardian, place: value });
  const node = await startNode({
    asked: { ...asked, name, data },
    access,
    path: around.env["PATH"] ?? "",
    driver,
    trial: canary,
    mark: { name: homeMarkerName, value },
    agentHome,
    agentState: stateFolder(provider.env, agentHome),
    keptProcesses: () => [process.pid, guardian.pid ?? 1],
    versions: { cyberdeck: around.version, agent },
    hasWall,
    tell,
    mayActFor: (ms) => guardian.mayActFor(ms),
    ...haste,
  }).catch((error: unknown) => {
    throw ofData(error);
  });
  const release = undo.move();
  const close = async (): Promise<NodeEnd> => {
    const end = await node.closed;
    await release.disposeAsync();
    return end;
  };
  return { drain: () => node.drain(), end: () => node.end(), closed: close() };
}

function lockOf(data: string): Lock {
  try {
    return acquireLock(data);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "home.locked") throw ofData(error);
    const { pid } = error.facts;
    throw new Fault(
      "refused",
      "node.locked",
      `another node (pid ${typeof pid === "number" ? pid : "not known"}) is at work in ${data}`,
      {
        facts: { data, pid },
        hint: "End it, or give this one a folder of its own with --data DIR, and another --name.",
        cause: error,
      },
    );
  }
}

/** A node's folder is no home. */
function ofData(error: unknown): unknown {
  if (!(error instanceof Fault) || error.hint?.includes("--home") !== true) return error;
  const { kind, code, message, facts, hint } = error;
  return new Fault(kind, code, message, { facts, hint: hint.replaceAll("--home", "--data"), cause: error });
}
