import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWritingDeck } from "../../src/host/deck.ts";
import { block, call, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { eventually, openTestDeck } from "../kit/deck.ts";
import { remainsOf } from "../survivors/remains.ts";

const program = join(import.meta.dirname, "..", "kit", "deck-process.ts");

test("a host ends what a killed deck has left before anything else, and goes on only with what was a host's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deck-left-"));
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  const api = await startOfflineApi({
    answer: (request) =>
      isDaemon(request)
        ? block({ status: "waiting", actions: [{ type: "spawn", task: "Work." }] })
        : request.canWork
          ? call("Bash", { command: "touch started; sleep 300 & wait" })
          : say("No rules for this."),
  });
  await using _api = { [Symbol.asyncDispose]: () => api.close() };
  const dead = spawn(process.execPath, [program, folder, api.url, "Work for long."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  using _dead = { [Symbol.dispose]: () => void dead.kill("SIGKILL") };
  const ended = once(dead, "exit");
  await eventually(() => remainsOf(folder).some((line) => line.includes("sleep 300")), "the construct is at work");
  dead.kill("SIGKILL");
  await ended;
  expect(remainsOf(folder)).not.toEqual([]);
  const self = { kind: "host", version: "0", started: null, provider: "" } as const;
  await using kit = await openTestDeck({
    folder,
    keep: true,
    api,
    open: (options, provide) => openWritingDeck({ ...options, self }, provide),
  });
  expect(remainsOf(folder)).toEqual([]);
  expect((await kit.deck.send({ type: "runs.open" })).runs).toEqual([]);
  const { runs } = await kit.deck.send({ type: "runs.list" });
  expect(runs.map(({ status }) => status)).toEqual(["running"]);
  expect(await kit.deck.send({ type: "host.status" })).toMatchObject({ kind: "host", pid: process.pid, runs: [] });
});
