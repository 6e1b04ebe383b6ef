import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { of, openTestDeck, outcomesOf } from "../kit/deck.ts";

describe("a construct whose session is gone when it is to go on", () => {
  test("begins its task once more, in a new session and under its name, and is told what is known; that is on the record", async () => {
    await using kit = await openTestDeck({
      settings: { run_turns: 2 },
      answer({ messages, lastUserText }) {
        if (lastUserText.includes("its session is lost")) return say(`Told: ${lastUserText}`);
        const made = messages.filter(({ calls }) => calls.length > 0).length;
        return made === 0
          ? call("Write", { file_path: join(kit.workspace, "a.txt"), content: "a" })
          : call("Bash", { command: `echo ${made}` });
      },
    });
    const left = await kit.leaveTasks(["One."]);
    const [suspended] = of(left, "construct.suspended").map(({ body }) => body);
    expect(suspended?.session_id).toEqual(expect.any(String));
    forgetSessions(kit.agentHome);

    const resumed = await kit.resume(left[0]?.run ?? "", { settings: { run_turns: 0 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(of(events, "construct.restarted")).toMatchObject([
      {
        body: {
          construct: suspended?.construct,
          session_id: suspended?.session_id,
          reason: expect.stringContaining("No conversation found"),
        },
      },
    ]);
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ id: suspended?.construct, state: "done", cause: "result" });
    expect(outcome?.session_id).not.toBe(suspended?.session_id);
    expect(outcome?.result).toContain("One.");
    expect(outcome?.result).toContain("a.txt");
    // It is tried once, not again and again.
    expect(of(events, "construct.started").length).toBe(1);
    expect(of(events, "construct.ended").length).toBe(1);
  });
});

describe("a construct whose session does not remember the last that it was told", () => {
  test("is told its task and what it had read once more, and does that instead of what the one before it was at", async () => {
    await using kit = await openTestDeck({
      judge: () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }),
      answer({ lastUserText, toolResults }) {
        if (lastUserText.includes("You go on now")) return say(`Told: ${lastUserText}`);
        if (lastUserText.includes("Use tabs.")) return call("Bash", { command: "echo told; sleep 300 & wait" });
        return toolResults.length === 0
          ? call("Bash", { command: "touch begun; sleep 300 & wait" })
          : call("Bash", { command: "echo on; sleep 300 & wait" });
      },
    });
    const opened = await kit.startTasks(["Work for ever."]);
    const begun = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    const old = of(begun, "construct.started")[0]?.body.construct ?? "";
    const { successor } = await kit.deck.send({
      type: "construct.interrupt",
      construct: old,
      text: "Do the new thing.",
    });
    const isHeirs = ({ body }: DeckEvent): boolean => "construct" in body && body.construct === successor;
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.tool_called" && isHeirs(event));
    await kit.deck.send({ type: "construct.send", construct: successor, text: "Use tabs." });
    await kit.deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    const left = await kit.untilClosed(opened.afterSeq);
    const suspended = of(left, "construct.suspended").find(isHeirs)?.body;
    expect(suspended?.session_id).toEqual(expect.any(String));
    forgetFrom(kit.agentHome, "Do the new thing.");

    const resumed = await kit.resume(opened.run);
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(of(events, "construct.restarted")).toEqual([]);
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ id: successor, state: "done", session_id: suspended?.session_id });
    expect(outcome?.result).toContain("Do the new thing.");
    expect(outcome?.result).toContain(
      "This replaces an earlier task, which is only told so that you know what it refers to: Work for ever.",
    );
    expect(outcome?.result.split("Use tabs.").length).toBe(2);
  });
});

describe("a construct that the netrunner had paused when its run was left", () => {
  test("is paused again when the run goes on, until he lets it go on", async () => {
    await using kit = await openTestDeck({
      answer: ({ messages }) =>
        messages.some(({ calls }) => calls.length > 0) ? say("Done.") : call("Bash", { command: "echo hello" }),
      judge: (usual) => (asked) => ({ ...usual(asked), decision: "hold" }),
      settings: { hold_window_ms: null },
    });
    const opened = await kit.startTasks(["One."]);
    const held = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "hold.opened");
    const construct = of(held, "hold.opened")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.pause", construct, freeze: false });
    await kit.deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    const left = await kit.untilClosed(opened.afterSeq);
    expect(of(left, "construct.suspended")[0]?.body.halted).toBe("paused");

    const resumed = await kit.resume(opened.run);
    await kit.eventsUntil(resumed.afterSeq, ({ type }) => type === "construct.paused");
    expect((await kit.deck.snapshot())?.constructs[construct]?.state).toBe("paused");
    await kit.deck.send({ type: "construct.continue", construct });
    const events = await kit.eventsUntil(
      resumed.afterSeq,
      ({ type }) => type === "hold.opened" || type === "run.closed",
    );
    const hold = of(events, "hold.opened")[0]?.body.hold;
    if (hold !== undefined) await kit.deck.send({ type: "hold.answer", hold, answer: "allow" });
    expect(outcomesOf(await kit.untilClosed(resumed.afterSeq))).toMatchObject([{ id: construct, state: "done" }]);
  });
});

/** Cuts the sessions off before a message, as when the agent was killed before it had written that down; it may have been. */
function forgetFrom(agentHome: string, message: string): void {
  const projects = join(agentHome, ".claude", "projects");
  const files = readdirSync(projects, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  expect(files.length).toBe(1);
  for (const name of files) {
    const lines = readFileSync(join(projects, name), "utf8").split("\n");
    const at = lines.findIndex((line) => line.includes(message));
    if (at >= 0) writeFileSync(join(projects, name), `${lines.slice(0, at).join("\n")}\n`);
  }
}

/** Removes what the agent knows of its sessions. */
function forgetSessions(agentHome: string): void {
  const projects = join(agentHome, ".claude", "projects");
  expect(readdirSync(projects).length).toBeGreaterThan(0);
  rmSync(projects, { recursive: true });
}
