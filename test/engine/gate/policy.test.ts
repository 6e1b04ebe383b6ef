import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf } from "../../kit/deck.ts";

/** Makes the same call until it has been allowed once. */
const insists =
  (command: string): Answerer =>
  ({ toolResults, messages }) =>
    toolResults.some(({ failed }) => !failed) || messages.length > 40 ? say("Done.") : call("Bash", { command });

const home = (workspace: string): string => {
  mkdirSync(join(workspace, ".cyberdeck"), { recursive: true });
  return join(workspace, ".cyberdeck", "policy.toml");
};

describe("a policy file in the home", () => {
  test("decides in a run, and the record names its rule; an edit holds at the next call of the running construct", async () => {
    await using kit = await openTestDeck({ answer: insists("touch from-construct") });
    const path = home(kit.workspace);
    writeFileSync(path, '[commands]\ndeny = ["touch"]\n');
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Insist."], settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
    expect(existsSync(join(kit.workspace, "from-construct"))).toBe(false);
    writeFileSync(path, '[commands]\ndeny = ["rm"]\n');
    const events = await kit.untilClosed(opened.afterSeq);
    const judged = of(events, "gate.judged").map(({ body }) => [body.decision, body.rule]);
    expect(judged[0]).toEqual(["deny", "policy.listed"]);
    expect(judged.at(-1)?.[0]).toBe("allow");
    expect(existsSync(join(kit.workspace, "from-construct"))).toBe(true);
    expect(of(events, "policy.loaded").map(({ body }) => body.entries)).toEqual([1, 1]);
    expect(outcomesOf(events)[0]?.denials[0]).toMatchObject({ rule: "policy.listed" });
  });

  test("that is wrong keeps a run from opening, and leaves no run behind", async () => {
    await using kit = await openTestDeck({});
    writeFileSync(home(kit.workspace), '[[rule]]\nrule = "effect.history"\n');
    const { settings } = kit;
    const refused = expect.objectContaining({ code: "policy.invalid", message: expect.stringContaining("line 1") });
    await expect(kit.deck.send({ type: "spawn", tasks: ["x"], settings, command_line: [] })).rejects.toEqual(refused);
    await expect(kit.startGoal("x")).rejects.toEqual(refused);
    expect((await kit.deck.send({ type: "runs.list" })).runs).toEqual([]);
    const runs = join(kit.home, "runs");
    expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
    writeFileSync(home(kit.workspace), "");
    const events = await kit.runTasks(["x"]);
    expect(outcomesOf(events)[0]?.state).toBe("done");
  });

  test("that is wrong keeps a run from being resumed", async () => {
    await using kit = await openTestDeck({});
    const events = await kit.runTasks(["x"]);
    writeFileSync(home(kit.workspace), "brake = 1");
    await expect(kit.resume(events[0]?.run ?? "")).rejects.toMatchObject({ code: "policy.invalid" });
  });
});
