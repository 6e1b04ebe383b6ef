import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostStatusSchema, type HostStatus } from "../../src/protocol/host.ts";
import { call, say } from "../../src/offline/reply.ts";
import { openScene, type Scene } from "../survivors/command-line.ts";
import { until } from "../process/workbench.ts";
import { startNats, theServer } from "./kit/nats.ts";

/** A command to its end: its exit code, and what it wrote besides the line of the sentinel. */
async function tell(scene: Scene, ...args: string[]): Promise<{ code: number; text: string }> {
  const told = await scene.inGroup(args);
  const code = await told.ended;
  return { code, text: told.output().replace(/^sentinel \d+\n/, "") };
}

async function statusOf(scene: Scene): Promise<HostStatus> {
  return hostStatusSchema.parse(JSON.parse((await tell(scene, "host", "status", "--json")).text));
}

describe.each(theServer("a host with a hub"))("a host that is asked to meet its nodes, over %s", () => {
  test("is not used with another hub than the one named: at work it stays as it is, without work it is replaced", async () => {
    await using server = await startNats();
    await using other = await startNats();
    await using scene = await openScene({
      answer: ({ toolResults }) =>
        toolResults.length === 0 ? call("Bash", { command: "until test -e go; do sleep 0.1; done" }) : say("Done."),
    });
    const detach = (...flags: string[]) => tell(scene, "host", "--detach", ...flags);
    expect((await detach()).code).toBe(0);
    const alone = await statusOf(scene);
    expect(alone.hub).toBeNull();
    expect((await tell(scene, "spawn", "--detach", "wait")).code).toBe(0);
    const refused = await detach("--hub", server.url);
    expect(refused).toMatchObject({ code: 1, text: expect.stringMatching(/has no hub, and it is at work \(run-/) });
    expect(refused.text).toContain("cyberdeck host stop");
    expect((await statusOf(scene)).pid).toBe(alone.pid);

    expect((await tell(scene, "host", "stop")).code).toBe(0);
    expect((await detach("--hub", server.url)).code).toBe(0);
    const met = await statusOf(scene);
    expect(met.hub).toEqual({ urls: [server.url], fleet: "main" });
    // The same one, and whoever names none, get this host.
    expect([(await detach("--hub", server.url)).code, (await detach()).code]).toEqual([0, 0]);
    expect((await statusOf(scene)).pid).toBe(met.pid);
    expect((await detach("--hub", other.url)).code).toBe(0);
    const replaced = await statusOf(scene);
    expect(replaced.hub).toEqual({ urls: [other.url], fleet: "main" });
    expect(replaced.pid).not.toBe(met.pid);
    expect((await tell(scene, "host", "stop")).code).toBe(0);
  }, 180_000);

  test("says that it has begun before hub.json was written, and nothing that needs another machine begins; one that is served with a hub takes its place", async () => {
    await using server = await startNats();
    await using scene = await openScene({ answer: () => say("Done.") });
    expect((await tell(scene, "host", "--detach")).code).toBe(0);
    const alone = await statusOf(scene);
    const before = await tell(scene, "spawn", "--on", "builders", "count");
    expect(before).toMatchObject({ code: 2, text: expect.stringMatching(/no other machine.*host --detach --hub/s) });
    const file = join(scene.home, "hub.json");
    writeFileSync(file, JSON.stringify({ urls: [server.url] }), { mode: 0o600 });
    expect((await tell(scene, "nodes")).text).toMatch(/began before hub\.json .*cyberdeck host stop/);
    const refused = await tell(scene, "spawn", "--on", "builders", "count");
    expect(refused).toMatchObject({ code: 2, text: expect.stringMatching(/hub\.json .*cyberdeck host stop/s) });
    expect((await tell(scene, "runs")).text).not.toContain("run-");

    rmSync(file);
    const served = await scene.inGroup(["host", "serve", "--hub", server.url]);
    await until(() => served.output().includes("begins: pid"), 60_000);
    const met = await statusOf(scene);
    expect([met.hub?.urls, met.pid === alone.pid]).toEqual([[server.url], false]);
    // Whoever would be the same one is refused, and the one that is there stays.
    expect((await tell(scene, "host", "serve", "--hub", server.url)).code).toBe(1);
    expect((await statusOf(scene)).pid).toBe(met.pid);
    expect((await tell(scene, "host", "stop")).code).toBe(0);
    expect(await served.ended).toBe(0);
  }, 180_000);
});
