import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { raiseWall, type RunWall } from "../../src/engine/wall/wall.ts";
import type { Judge } from "../../src/engine/gate/judge.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";

/** A folder that no wall leaves writable, unlike the temporary folder; goes with its owner. */
export function outsideFolder(): Disposable & { path: string } {
  const path = mkdtempSync("/var/tmp/wall-test-");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The worst gate that there could be. */
export const allowEverything = (): Judge => () => ({
  decision: "allow",
  rule: "test.all",
  reason: "a test",
  effects: [],
});

/** A construct that makes one call after the other, and then tells what came of each, in the words of `toldOf`. */
export const makesCalls =
  (...calls: readonly (readonly [tool: string, input: Record<string, unknown>])[]): Answerer =>
  ({ messages }) => {
    const results = messages.flatMap((message) => message.results);
    const next = calls[results.length];
    return next === undefined ? say(results.map(({ text }, index) => `${index}: ${text}`).join("\n")) : call(...next);
  };

/** Whether this machine can put up the wall: tried in the same way as a run does. */
export async function tryWall(): Promise<RunWall> {
  const folder = mkdtempSync("/var/tmp/wall-test-");
  try {
    const workspace = join(folder, "workspace");
    const deckHome = join(folder, "home");
    const agentHome = join(folder, "agent-home");
    const runFolder = join(deckHome, "runs", "run-1");
    for (const path of [workspace, runFolder, agentHome]) mkdirSync(path, { recursive: true });
    const wall = await raiseWall("auto", {
      run: "run-1",
      workspace,
      runFolder,
      deckHome,
      agentHome,
      agentState: join(agentHome, ".claude"),
    });
    return wall;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * For `describe.each`: the wall, or nothing where it cannot be put up. That is told on the terminal, so that nobody thinks
 * that the tests which are not there have passed.
 */
export async function theWall(what: string): Promise<string[]> {
  const { agents, why } = await tryWall();
  if (agents !== undefined) return ["the wall"];
  process.stderr.write(`\nNO WALL HERE, so nothing is tested of "${what}": ${why}\n`);
  return [];
}

/** A fake key in the HOME of the agents. */
export function plantKey(agentHome: string, name: string): void {
  const path = join(agentHome, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "planted-key\n");
}
