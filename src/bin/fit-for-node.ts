import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { offlineEnvironment } from "../drivers/claude/environment.ts";
import { triedVersion } from "../drivers/claude/tried.ts";
import { agentCheck, gateCheck } from "../engine/doctor/agent.ts";
import { runChecks } from "../engine/doctor/check.ts";
import { loginCheck } from "../engine/doctor/login.ts";
import { wallCheck } from "../engine/doctor/machine.ts";
import { without } from "../engine/wall/wall.ts";
import type { CanaryResult } from "../engine/gate/canary.ts";
import type { Finding } from "../protocol/finding.ts";
import type { NodeAsked, NodeEvent } from "../protocol/node.ts";
import type { Process } from "./around.ts";
import { agentState, setVariables } from "./login-present.ts";
import { trialWall } from "./trial-wall.ts";

/** A port of this machine at which nobody listens: a version is told without a model. */
const nobody = "http://127.0.0.1:9";

/**
 * Tries what a node needs on this machine, as the doctor does: the agent, its login, that it keeps to the gate, and the wall. What is
 * amiss is told; what makes work impossible is a fault.
 */
export async function fitForNode(
  { sandbox, offline }: Pick<NodeAsked, "sandbox" | "offline">,
  executable: string,
  canary: (signal: AbortSignal) => Promise<CanaryResult>,
  around: Process,
  tell: (event: NodeEvent) => void,
): Promise<{ hasWall: boolean }> {
  const scratch = await mkdtemp(join(tmpdir(), "cyberdeck-node-"));
  let hasWall = false;
  try {
    const { env, homeDir } = around;
    const { platform } = process;
    const workspace = join(scratch, "workspace");
    await mkdir(workspace);
    const checks = [
      agentCheck({
        executable: Promise.resolve(executable),
        tried: triedVersion,
        env: offlineEnvironment({ ...env, TMPDIR: scratch }, scratch, nobody),
      }),
      loginCheck({ variables: setVariables(env), stateFolder: agentState(env, homeDir), platform, offline }),
      gateCheck(Promise.resolve(executable), (_path, signal) => canary(signal)),
      wallCheck(async () => {
        const wall =
          sandbox === "off"
            ? without("it was turned off (--sandbox off)")
            : await trialWall(sandbox, workspace, scratch);
        hasWall = wall.agents !== undefined;
        return wall;
      }),
    ];
    const findings = await runChecks(checks);
    const problem = findings.find(({ state }) => state === "problem");
    if (problem !== undefined) throw unfit(problem);
    for (const { check, text } of findings) tell({ type: "tried", what: check, text });
    return { hasWall };
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

const unfit = ({ check, text, next, command }: Finding): Fault =>
  new Fault("setup", `node.no_${check}`, `this machine cannot be a node yet (${check}): ${text}`, {
    hint: [next, command].filter((remedy) => remedy !== null).join(" ") || "Look closer with: cyberdeck doctor",
  });
