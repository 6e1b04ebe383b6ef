import { expect, test } from "vitest";
import { block } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { bearersOf, daemonRequests, doneWhenIdle, of, openTestDeck } from "../kit/deck.ts";

test("a one-shot daemon is one process a turn, in one session that remembers, and none outlives its turn", async () => {
  const aliveBetween: string[][] = [];
  await using kit = await openTestDeck({
    settings: { backend: "one-shot" },
    answer: scripted({
      daemon: [block({ chat: "Which colour?", actions: [{ type: "spawn", task: "Paint." }], status: "waiting" })],
      afterwards: doneWhenIdle("Painted."),
    }),
  });
  const opened = await kit.startGoal("Paint it.");
  const events = await kit.eventsUntil(opened.afterSeq, (event) => {
    if (event.type === "daemon.ended") aliveBetween.push(bearersOf(event.body.daemon));
    return event.type === "run.closed";
  });
  const started = of(events, "daemon.started").map((event) => event.body);
  expect(started.length).toBe(of(events, "daemon.turn_started").length);
  expect(started.length).toBeGreaterThan(1);
  expect(new Set(started.map(({ pid }) => pid)).size).toBe(started.length);
  expect(new Set(of(events, "daemon.session").map((event) => event.body.session_id)).size).toBe(1);
  const session = of(events, "daemon.session")[0]?.body.session_id;
  expect(started.map(({ resumed }) => resumed)).toEqual([null, ...started.slice(1).map(() => session)]);
  expect(of(events, "daemon.ended").length).toBe(started.length);
  const last =
    daemonRequests(kit.api)
      .at(-1)
      ?.messages.map((message) => message.text) ?? [];
  expect(last.join("\n")).toContain("GOAL: Paint it.");
  expect(last.join("\n")).toContain("Which colour?");
  expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  // The one whose end was just told may have been followed by the next already; the last one by nobody.
  expect(aliveBetween.at(-1)).toEqual([]);
});
