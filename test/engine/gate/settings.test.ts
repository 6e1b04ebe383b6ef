import { describe, expect, test } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf } from "../../kit/deck.ts";

/** Makes the same call until it has been allowed once. */
const insists: Answerer = ({ toolResults, messages }) =>
  toolResults.some(({ failed }) => !failed) || messages.length > 40
    ? say("Done.")
    : call("Bash", { command: "sudo -n true; echo went on" });

describe("a change of settings", () => {
  test("holds for a running construct at its next call", async () => {
    await using kit = await openTestDeck({ answer: insists });
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Insist."], settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
    await kit.deck.send({ type: "settings.change", settings: { brake: "yolo" } });
    const events = await kit.untilClosed(opened.afterSeq);
    const decisions = of(events, "gate.judged").map(({ body }) => body.decision);
    expect(decisions[0]).toBe("deny");
    expect(decisions.at(-1)).toBe("allow");
    expect(outcomesOf(events)[0]?.state).toBe("done");
    const changed = of(events, "settings.changed");
    expect(changed.map(({ source, body }) => [source, body])).toEqual([["netrunner", { settings: { brake: "yolo" } }]]);
  });

  test("is refused when no run is open", async () => {
    await using kit = await openTestDeck({});
    const change = kit.deck.send({ type: "settings.change", settings: { brake: "paranoid" } });
    await expect(change).rejects.toMatchObject({ code: "run.none" });
  });
});
