import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { triageCrash } from "../../../src/bin/triage.ts";
import { runCli } from "../../../src/faces/cli/run-cli.ts";
import type { OpenDeck, World } from "../../../src/faces/cli/world.ts";
import type { Triage } from "../../../src/protocol/crash.ts";
import { writeCrash } from "../../../src/store/crashes.ts";
import { aCrash } from "../../kit/crash.ts";
import { stand } from "./test-world.ts";

const noDeck = (): Promise<OpenDeck> => Promise.reject(new Error("no deck is needed for this"));

/** A workspace with two crashes, and the real reader of them; a model would be an agent that is not there. */
function place() {
  const workspace = mkdtempSync(join(tmpdir(), "triage-"));
  const home = join(workspace, ".cyberdeck");
  const asked: Triage[] = [];
  const triage: World["triage"] = (wish) => {
    asked.push(wish);
    const around = { env: { CYBERDECK_CLAUDE_BIN: "/nowhere/claude" }, cwd: "/", homeDir: workspace, version: "0" };
    return triageCrash(wish, around);
  };
  const leave = (version: string, day: number): string =>
    writeCrash(home, aCrash({ version, at: aCrash().at + day * 86_400_000 }), (text) => text);
  return {
    leave,
    asked,
    async run(args: string[], env: Record<string, string> = {}) {
      const world = stand(["triage", ...args], noDeck, { cwd: workspace, triage, env });
      return { code: await runCli(world), out: world.out, err: world.err };
    },
    [Symbol.dispose]: () => rmSync(workspace, { recursive: true, force: true }),
  };
}

describe("cyberdeck triage", () => {
  test("reads the latest crash, or the one that is named, and gives its report as text or JSON", async () => {
    using at = place();
    const old = at.leave("1.0.0", 0);
    at.leave("2.0.0", 1);
    const latest = await at.run(["--no-model"]);
    expect(latest).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Cyberdeck 2.0.0") });
    const named = await at.run([old, "--offline", "--json"]);
    expect(JSON.parse(named.out)).toMatchObject({
      version: "1.0.0",
      bundle: old,
      reading: null,
      reading_problem: null,
    });
  });

  test("asks a model only where that is wanted and a person asks, and says so where it gave no answer", async () => {
    using at = place();
    at.leave("1.0.0", 0);
    const { code, out } = await at.run([]);
    expect([code, out]).toEqual([0, expect.stringContaining("No reading in plain words: The agent executable")]);
    await at.run(["--no-model"]);
    await at.run(["--offline"]);
    await at.run([], { CYBERDECK_CONSTRUCT: "cx-00000000" });
    expect(at.asked.map(({ withModel }) => withModel)).toEqual([true, false, false, false]);
  });

  test("says what to do where there was no crash, and where a folder is not one's", async () => {
    using at = place();
    expect(await at.run(["--no-model"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no deck has crashed"),
    });
    expect(await at.run(["/tmp", "--no-model"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/not what a crash has left\nnext: /),
    });
  });
});
