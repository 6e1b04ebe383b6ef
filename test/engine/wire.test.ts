import { expect, test } from "vitest";
import { block, say } from "../../src/offline/reply.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import { doneWhenIdle, openTestDeck } from "../kit/deck.ts";

/** Fields that name the session; the provider's cache looks at system, tools and messages alone. */
const aside = ["metadata"];

test("first requests are small, and those of a run's constructs are the same bytes up to the task", async () => {
  const tasks = ["alpha: say a.", "beta: say b, and more words.", "gamma: say c."];
  const first: { daemon: boolean; bytes: number; task: string }[] = [];
  await using kit = await openTestDeck({
    answer(request) {
      first.push({ daemon: isDaemon(request), bytes: request.bytes, task: request.firstUserText });
      return scripted({
        daemon: [],
        afterwards: (again) =>
          again.lastUserText.includes("GOAL:")
            ? block({ actions: tasks.map((task) => ({ type: "spawn", task })), status: "waiting" })
            : doneWhenIdle("All said.")(again),
        otherwise: say("Said."),
      })(request);
    },
  });
  await kit.runGoal("Say it.");
  const daemon = first.find((request) => request.daemon);
  expect(daemon?.bytes).toBeLessThanOrEqual(14 * 1024);
  const constructs = first.filter((request) => !request.daemon);
  expect(constructs.length).toBe(3);
  for (const { bytes } of constructs) expect(bytes).toBeLessThanOrEqual(22 * 1024);
  const heads = kit.api.requests
    .map(({ body }) => JSON.stringify(cacheable(body)))
    .filter((text) => text.includes("TASK:\\n"))
    .map((text) => text.slice(0, text.indexOf("TASK:\\n")));
  expect(heads.length).toBe(3);
  expect(heads[0]?.length).toBeGreaterThan(5000);
  expect(new Set(heads).size).toBe(1);
});

/** The body in the order in which the provider reads it, without what names the session. */
function cacheable(body: unknown): Record<string, unknown> {
  if (typeof body !== "object" || body === null) return {};
  const fields = Object.entries(body).filter(([name]) => !aside.includes(name));
  const order = ["model", "tools", "system"];
  const rank = (name: string): number => (name === "messages" ? order.length + 1 : order.indexOf(name));
  return Object.fromEntries(fields.sort(([a], [b]) => rank(a) - rank(b)));
}
