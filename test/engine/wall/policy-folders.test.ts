import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/engine/wall/layout.ts";
import { openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { allowEverything, makesCalls, outsideFolder, theWall } from "../../kit/wall.ts";

const place = {
  workspace: "/nowhere/work",
  runFolder: "/nowhere/work/.cyberdeck/runs/run-1",
  deckHome: "/nowhere/work/.cyberdeck",
  agentHome: "/nowhere/home",
  agentState: "/nowhere/home/.claude",
  cacheFolder: "/nowhere/work/.cyberdeck/cache",
  user: 0,
};

test("folders of the policy file are opened before anything is closed, and closed ones come after every opened one around them", () => {
  const policy = { writable: ["/nowhere"], protected: ["/nowhere/work/LICENSE"] };
  const steps = layoutOf({ ...place, policy }).agent.map((step) => `${step.do} ${step.path}`);
  const at = (step: string): number => steps.indexOf(step);
  expect(at("write /nowhere")).toBeGreaterThan(-1);
  for (const closed of ["/nowhere/work/.cyberdeck", "/nowhere/work/LICENSE", "/nowhere/.git/hooks", "/nowhere/.claude"])
    expect([closed, at(`read ${closed}`) > at("write /nowhere")]).toEqual([closed, true]);
  expect(layoutOf({ ...place, policy }).shell).toContainEqual({ do: "read", path: "/nowhere/work/LICENSE" });
});

describe.each(await theWall("folders of the policy file behind the wall"))("behind %s, whatever the gate says,", () => {
  test("a writable folder of the policy file can be written, its neighbour cannot, and a protected file stays as it is", async () => {
    using outside = outsideFolder();
    const open = join(outside.path, "open");
    mkdirSync(open);
    const writes = ["open/a", "b"].map((name) => `echo x > ${outside.path}/${name}`);
    await using kit = await openTestDeck({
      judge: allowEverything,
      settings: { sandbox: "on", brake: "yolo" },
      files: {
        LICENSE: "as it was",
        ".cyberdeck/policy.toml": `[folders]\nwritable = ["${open}"]\nprotected = ["LICENSE"]\n`,
      },
      answer: makesCalls(
        ...writes.map((command) => ["Bash", { command }] as const),
        ["Bash", { command: "echo x > LICENSE; rm -f LICENSE; python3 -c \"open('LICENSE','w').write('x')\"" }],
        ["Write", { file_path: join(open, "tool"), content: "x" }],
      ),
    });
    writeFileSync(join(open, "before"), "");
    const [outcome] = outcomesOf(await kit.runTasks(["Write."]));
    expect(outcome?.state).toBe("done");
    expect([join(open, "a"), join(open, "tool"), join(outside.path, "b")].map(existsSync)).toEqual([true, true, false]);
    expect(readFileSync(join(kit.workspace, "LICENSE"), "utf8")).toBe("as it was");
  });
});
