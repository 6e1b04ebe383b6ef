import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { block, call, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { openStoreToRead } from "../../src/store/event-log.ts";
import { doneWhenIdle, outcomesOf } from "../kit/deck.ts";
import { until } from "../process/workbench.ts";
import { remainsOf } from "./remains.ts";

const defective = join(import.meta.dirname, "../kit/crashing-process.ts");

test.each([
  ["in the process of its command", false],
  ["in a host", true],
])(
  "a deck that dies of a defect, %s, ends its agents, leaves what it knows, and its run goes on where it was",
  async (_, isHost) => {
    const folder = mkdtempSync(join(tmpdir(), "deck-crash-"));
    const [workspace, homeDir] = [join(folder, "workspace"), join(folder, "home")];
    for (const path of [workspace, homeDir]) mkdirSync(path);
    const home = join(workspace, ".cyberdeck");
    const api = await startOfflineApi({
      answer(request) {
        if (isDaemon(request))
          return request.lastUserText.includes("GOAL:")
            ? block({ actions: [{ type: "spawn", task: "Long." }], status: "waiting" })
            : doneWhenIdle("It is done.")(request);
        if (request.messages.length > 2 || request.lastUserText.includes("You go on now")) return say("Went on.");
        return call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & wait" });
      },
    });
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: homeDir,
      LANG: "C.UTF-8",
      ANTHROPIC_BASE_URL: api.url,
      ANTHROPIC_API_KEY: "none",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      MY_TOKEN: "no-such-token-4711",
    };
    const start = (...args: string[]) => {
      const child = spawn(process.execPath, [defective, ...args], {
        cwd: workspace,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (data: Buffer) => (output += data.toString()));
      const ended = once(child, "close").then(([code]: unknown[]) => code);
      return { child, ended, output: () => output };
    };
    try {
      const flags = ["--brake", "yolo", "--sandbox", "off", "--tripwire-author", "off", "--set", "pool=1"];
      const host = isHost ? start("host") : undefined;
      if (host !== undefined) await until(() => host.output().includes("begins"), 60_000);
      const face = start("run", "A goal.", ...(isHost ? [] : ["--embedded"]), ...flags);
      const first = host ?? face;
      await until(() => existsSync(join(workspace, "started")), 60_000);
      first.child.kill("SIGUSR2");
      expect(await first.ended).toBe(1);
      expect(await face.ended).not.toBe(0);
      expect(remainsOf(folder)).toEqual([]);

      const said = first.output();
      const [name = ""] = readdirSync(join(home, "crashes"));
      const bundle = join(home, "crashes", name);
      expect(said).toContain(`next: cyberdeck triage '${bundle}'`);
      const [run = ""] = readdirSync(join(home, "runs"));
      expect(said).toContain(`next: cyberdeck run --resume ${run}`);
      expect(readdirSync(join(home, "crashes")).length).toBe(1);
      expect(readdirSync(bundle).sort()).toEqual(["crash.json", "events.ndjson", "settings.json"]);
      expect(statSync(bundle).mode & 0o077).toBe(0);
      const crash = readFileSync(join(bundle, "crash.json"), "utf8");
      expect(JSON.parse(crash)).toMatchObject({
        how: "exception",
        thrown: [
          { name: "Error", code: null },
          { code: "storage.full", hint: "Free some space." },
        ],
        runs: [run],
        stopped: { isClosed: true },
        workspace,
      });
      for (const text of [crash, first.output(), face.output()]) expect(text).not.toContain("sk-ant-api03-0123456789");
      expect(crash).not.toContain("no-such-token");
      expect(readFileSync(join(bundle, "events.ndjson"), "utf8")).toContain('"type":"construct.suspended"');

      const triage = start("triage", "--no-model");
      expect(await triage.ended).toBe(0);
      expect(triage.output()).toMatch(/own code: test\/kit\/crashing-process\.ts:\d+/);
      expect(triage.output()).toContain("(disk.full)");
      expect(triage.output()).toMatch(/cx-[0-9a-f]{8}: calling Bash touch started/);
      expect(existsSync(join(bundle, "report.md"))).toBe(true);

      const again = start("run", "--resume", run, "--embedded");
      expect([await again.ended, again.output()]).toEqual([0, expect.stringContaining("It is done.")]);
      const reader = openStoreToRead(home);
      const outcomes = outcomesOf([...reader.eventsOf(run)]);
      reader.close();
      expect(outcomes).toMatchObject([{ task: "Long.", state: "done", result: "Went on." }]);
      expect(remainsOf(folder)).toEqual([]);
    } finally {
      for (const line of remainsOf(folder)) process.kill(Number.parseInt(line, 10), "SIGKILL");
      await api.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  240_000,
);
