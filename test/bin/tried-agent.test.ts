import { expect, test } from "vitest";
import { tried } from "../../src/bin/tried-agent.ts";
import { puppet } from "../nodes/kit/puppet.ts";
import { specOf } from "../nodes/kit/spec.ts";

/** A driver whose agent is tried before each opening, with these results one after the other. */
function scene(...passes: boolean[]) {
  const done: string[] = [];
  const left = [...passes];
  const driver = tried(
    {
      open(asked) {
        done.push(`opened ${asked.id}`);
        return puppet().open(asked);
      },
    },
    () => {
      const passed = left.shift() ?? false;
      done.push(passed ? "passed" : "failed");
      const agent = { agent: "/bin/claude", version: "2.1.0" };
      return Promise.resolve(
        passed ? { ...agent, passed, durationMs: 1 } : { ...agent, passed, problem: "it ran what was denied" },
      );
    },
  );
  return { driver, done };
}

test("an agent that was replaced under a node is tried before each session, and gets none when it does not keep to the gate", async () => {
  const { driver, done } = scene(true, true, false);
  await driver.open(specOf("cx-1"));
  await driver.open(specOf("cx-2"));
  await expect(driver.open(specOf("cx-3"))).rejects.toMatchObject({
    code: "agent.canary",
    message: expect.stringContaining("it ran what was denied"),
  });
  expect(done).toEqual(["passed", "opened cx-1", "passed", "opened cx-2", "failed"]);
});

test("an agent that cannot be tried gets nothing either", async () => {
  const driver = tried({ open: () => Promise.reject(new Error("it was opened")) }, () =>
    Promise.reject(new Error("the trial did not end")),
  );
  await expect(driver.open(specOf("cx-1"))).rejects.toThrow("the trial did not end");
});
