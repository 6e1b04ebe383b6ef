import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { bearersOf, eventually } from "./deck.ts";

test("a test that is killed hard in the middle of its run leaves no agent, nor what that has started", async () => {
  const script = join(import.meta.dirname, "kit-process.ts");
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  child.stdout.setEncoding("utf8");
  let said = "";
  child.stdout.on("data", (text) => (said += String(text)));
  const words = (): string[] => said.trim().split(" ");
  try {
    await eventually(() => said.endsWith("\n"), "its construct is at work");
    const [construct = ""] = words();
    await eventually(() => bearersOf(construct).some((line) => line.includes("sleep 300")), "it is at work");
    child.kill("SIGKILL");
    await ended;
    await eventually(() => bearersOf(construct).length === 0, "everything is gone");
    expect(bearersOf(construct)).toEqual([]);
  } finally {
    child.kill("SIGKILL");
    const [construct = "none", folder = ""] = words();
    // Only a test that has failed leaves some.
    for (const line of bearersOf(construct)) process.kill(Number.parseInt(line, 10), "SIGKILL");
    if (basename(folder).startsWith("deck-test-")) rmSync(folder, { recursive: true, force: true });
  }
});
