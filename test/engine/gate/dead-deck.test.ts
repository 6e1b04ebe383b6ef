import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say } from "../../../src/offline/reply.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import { bearersOf, eventually } from "../../kit/deck.ts";
import { remainsOf } from "../../survivors/remains.ts";

const script = join(import.meta.dirname, "../../kit/halted-deck-process.ts");

/** Runs a deck with one construct until that is halted, and kills the deck. */
async function killedWhile(how: "held" | "frozen", command: string) {
  const folder = mkdtempSync(join(tmpdir(), "deck-dead-"));
  const api = await startOfflineApi({
    answer: ({ toolResults }) => (toolResults.length === 0 ? call("Bash", { command }) : say("Done.")),
  });
  const child = spawn(process.execPath, [script, folder, api.url, how], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  child.stdout.setEncoding("utf8");
  const [line]: unknown[] = await once(child.stdout, "data");
  const construct = String(line).trim();
  const before = bearersOf(construct).length;
  child.kill("SIGKILL");
  await ended;
  return {
    before,
    left: () => bearersOf(construct),
    ran: (name: string): boolean => existsSync(join(folder, "workspace", name)),
    async [Symbol.asyncDispose]() {
      // Only a test that has failed leaves some: all of them are in a folder that is this test's alone.
      for (const process_ of remainsOf(folder)) process.kill(Number.parseInt(process_, 10), "SIGKILL");
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe("when the deck is killed", () => {
  test("a call that waits at the gate does not run, and its agent does not outlive the deck", async () => {
    await using dead = await killedWhile("held", "touch was-here");
    expect(dead.before).toBeGreaterThan(0);
    await eventually(() => dead.left().length === 0, "the agent is gone");
    expect(dead.ran("was-here")).toBe(false);
  });

  test("a frozen construct does not outlive it, nor does anything that it started", async () => {
    await using dead = await killedWhile(
      "frozen",
      "touch started; sleep 300 & setsid sleep 301 & wait; touch was-here",
    );
    expect(dead.before).toBeGreaterThan(2);
    await eventually(() => dead.left().length === 0, "everything is gone");
    expect([dead.ran("started"), dead.ran("was-here")]).toEqual([true, false]);
  });
});
