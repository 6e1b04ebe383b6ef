import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../process/workbench.ts";
import { openScene } from "./command-line.ts";
import { remainsOf } from "./remains.ts";

describe("the command line asks the agent about its models", () => {
  test("where no deck runs, and leaves no process and no folder of its own behind", async () => {
    await using scene = await openScene();
    const sentinels: number[] = [];
    for (const mode of [[], ["--offline"]]) {
      const running = await scene.inGroup(["calibers", "--json", ...mode]);
      sentinels.push(running.sentinel);
      expect(await running.ended).toBe(0);
      expect(running.output()).toContain('"value":"sonnet"');
      expect(running.output()).toContain('"from":"agent"');
    }
    expect(readdirSync(scene.workspace)).toEqual([]);
    // Numbers start again at the end of their range, so their order says nothing.
    expect(new Set(remainsOf(scene.folder).map((line) => Number.parseInt(line, 10)))).toEqual(new Set(sentinels));
  });

  test("and says how to go on when there is no agent to be asked", async () => {
    await using scene = await openScene();
    const running = await scene.inGroup(["calibers", "--claude-bin", "./no-agent"]);
    expect(await running.ended).not.toBe(0);
    expect(running.output()).toContain("name its executable with --claude-bin PATH");
  });

  test("before a run: a model that there is not opens none, and the likely one is named", async () => {
    await using scene = await openScene();
    const running = await scene.inGroup(["run", "--embedded", "--offline", "--daemon-model", "sonet", "a goal"]);
    expect(await running.ended).toBe(2);
    expect(running.output()).toContain('--daemon-model: the agent has no model "sonet"; there are default, opus,');
    expect(running.output()).toContain("Did you mean --daemon-model sonnet?");
    expect(existsSync(join(scene.home, "runs")) ? readdirSync(join(scene.home, "runs")) : []).toEqual([]);
  });

  test("and can be stopped while the agent does not answer", async () => {
    await using scene = await openScene();
    const program = join(scene.folder, "never-answers");
    const started = join(scene.folder, "started");
    writeFileSync(program, `#!/bin/sh\necho > ${started}\nexec cat > /dev/null\n`, { mode: 0o755 });
    const running = await scene.inGroup(["run", "--embedded", "--claude-bin", program, "a goal"]);
    await until(() => existsSync(started));
    running.signal("SIGINT");
    expect(await running.ended).toBe(130);
    expect(remainsOf(scene.folder).map((line) => Number.parseInt(line, 10))).toEqual([running.sentinel]);
  });
});
