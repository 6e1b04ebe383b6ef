import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { openCaliberDesk, type CaliberDeskParts } from "../../../src/engine/calibers/desk.ts";
import type { ModelList } from "../../../src/protocol/models.ts";
import { someModels } from "../../policy/caliber/fixtures.ts";

const list: ModelList = { version: "1.2.3", models: someModels };

/** A desk over a folder of its own, and how often its agent was asked. */
function aDesk(changes: Partial<CaliberDeskParts> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "caliber-desk-"));
  const file = join(folder, "calibers.json");
  const asked = { times: 0 };
  const open = (more: Partial<CaliberDeskParts> = {}) =>
    openCaliberDesk({
      file,
      identity: () => Promise.resolve("agent one"),
      ask: () => {
        asked.times += 1;
        return Promise.resolve(list);
      },
      clock: systemClock,
      ...changes,
      ...more,
    });
  return { folder, file, asked, open, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

const silent: CaliberDeskParts["ask"] = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("No word came."))));

describe("what is known of the models", () => {
  test("is asked of the agent once, for whoever wants to know, and kept for the next deck", async () => {
    using kit = aDesk();
    const desk = kit.open();
    const [one, other] = await Promise.all([desk.known(), desk.known()]);
    expect(one).toMatchObject({ ...list, from: "agent", warnings: [] });
    expect(other).toEqual(one);
    expect(await kit.open().known()).toMatchObject({ ...list, from: "cache", asked_at: one.asked_at });
    expect(kit.asked.times).toBe(1);
  });

  test("is asked anew when the agent is another one, and when somebody wants that", async () => {
    using kit = aDesk();
    await kit.open().known();
    const other = kit.open({ identity: () => Promise.resolve("agent two") });
    expect((await other.known()).from).toBe("agent");
    expect(kit.asked.times).toBe(2);
    expect((await other.refresh()).from).toBe("agent");
    expect(kit.asked.times).toBe(3);
    expect((await other.known()).from).toBe("agent");
    expect(kit.asked.times).toBe(3);
  });

  test("is seen by a desk that is open already when the agent is replaced under it", async () => {
    using kit = aDesk();
    let identity = "before";
    const desk = kit.open({ identity: () => Promise.resolve(identity) });
    await desk.known();
    identity = "after";
    await desk.known();
    expect(kit.asked.times).toBe(2);
  });
});

describe("a list that was kept", () => {
  test.each([
    ["half a file", '{"identity": "agent one", "asked'],
    ["another form", '{"models": []}'],
    [
      "a model without a name",
      JSON.stringify({ identity: "agent one", asked_at: 1, catalogue: { version: null, models: [{}] } }),
    ],
    ["no model", JSON.stringify({ identity: "agent one", asked_at: 1, catalogue: { version: null, models: [] } })],
    ["nothing", ""],
  ])("is ignored with a warning when it is %s, and written anew", async (_, text) => {
    using kit = aDesk();
    writeFileSync(kit.file, text);
    const known = await kit.open().known();
    expect(known.from).toBe("agent");
    expect(known.warnings).toMatchObject([{ code: "calibers.cache_broken" }]);
    expect(known.warnings[0]?.message).toContain(kit.file);
    expect(await kit.open().known()).toMatchObject({ from: "cache", warnings: [] });
  });

  test("is the whole file or none: nothing else is left in the folder", async () => {
    using kit = aDesk();
    await kit.open().known();
    expect(readdirSync(kit.folder)).toEqual(["calibers.json"]);
    expect(JSON.parse(readFileSync(kit.file, "utf8"))).toMatchObject({ identity: "agent one" });
  });

  test("is not made where there is no home", async () => {
    using kit = aDesk();
    const known = await kit.open({ file: join(kit.folder, "no", "home", "calibers.json") }).known();
    expect(known).toMatchObject({ from: "agent", warnings: [] });
    expect(readdirSync(kit.folder)).toEqual([]);
  });

  test("that cannot be written is told, and what the agent said counts all the same", async () => {
    using kit = aDesk();
    mkdirSync(join(kit.file, "in the way"), { recursive: true });
    const known = await kit.open().known();
    expect(known).toMatchObject({ ...list, from: "agent" });
    expect(known.warnings.map(({ code }) => code)).toEqual(["calibers.cache_broken", "calibers.not_kept"]);
  });
});

describe("an agent that does not say", () => {
  test("is not waited for longer than the limit; what every version knows counts then, and it is told", async () => {
    using kit = aDesk({ ask: silent, limitMs: 50 });
    const known = await kit.open().known();
    expect(known.from).toBe("fallback");
    expect(known.models.map(({ value, price, fast }) => [value, price, fast])).toEqual([
      ["haiku", null, null],
      ["sonnet", null, null],
      ["opus", null, null],
    ]);
    expect(known.warnings).toMatchObject([{ code: "calibers.not_listed" }]);
    expect(known.warnings[0]?.message).toMatch(/^No word came\. Only haiku, sonnet, opus and full names/);
    expect(readdirSync(kit.folder)).toEqual([]);
  });

  test("is asked again at the next time", async () => {
    using kit = aDesk();
    let isMute = true;
    const desk = kit.open({ ask: () => (isMute ? Promise.reject(new Error("Mute.")) : Promise.resolve(list)) });
    expect((await desk.known()).from).toBe("fallback");
    isMute = false;
    expect((await desk.known()).from).toBe("agent");
  });

  test("leaves what an earlier one has said in force, with a warning", async () => {
    using kit = aDesk();
    await kit.open().known();
    const known = await kit
      .open({ identity: () => Promise.resolve("agent two"), ask: () => Promise.reject(new Error("Mute.")) })
      .known();
    expect(known).toMatchObject({ ...list, from: "cache" });
    expect(known.warnings[0]?.message).toBe("Mute. What an earlier agent (1.2.3) said counts.");
  });

  test("is given up when the desk closes, which waits for that and asks no more", async () => {
    using kit = aDesk();
    let isAsked = false;
    const begun = Promise.withResolvers<void>();
    const desk = kit.open({
      ask: (signal) => {
        isAsked = true;
        begun.resolve();
        return silent(signal);
      },
    });
    const asking = desk.known();
    await begun.promise;
    await desk.close();
    expect((await asking).from).toBe("fallback");
    isAsked = false;
    expect((await desk.refresh()).warnings[0]?.message).toContain("The deck is being closed.");
    expect(isAsked).toBe(false);
  });
});
