import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { newBridge, type Bridge, type BridgeCall, type BridgeHolder } from "../../../src/engine/plugins/bridge.ts";
import { pluginShelf } from "../../../src/engine/plugins/shelf.ts";
import { pluginFormat } from "../../../src/store/catalogue/plugins.ts";
import { places, type Places } from "../../store/catalogue/places.ts";

interface Told {
  type: string;
  body: object;
}

interface Bench extends Disposable {
  at: Places;
  bridge: Bridge;
  told: Told[];
  strangers: string[];
  holder(construct: string, more?: Partial<BridgeHolder>): BridgeHolder;
  call(token: string, plugin?: string): BridgeCall;
}

/** A bridge over a place with one plugin, `look`. */
function bench(): Bench {
  const at = places();
  at.write(
    "home/plugins/look/plugin.toml",
    'name = "look"\ndescription = "x"\nentry = "run.sh"\neffects = "network"\n',
  );
  at.write("home/plugins/look/run.sh", "#!/bin/sh\n");
  const machine = { platform: "linux", path: "/usr/bin:/bin", variables: new Set<string>() };
  const told: Told[] = [];
  const strangers: string[] = [];
  const shelf = pluginShelf(at.open(pluginFormat), machine, process.execPath);
  const bridge = newBridge({
    shelf,
    clock: systemClock,
    node: process.execPath,
    onStranger: (name) => strangers.push(name),
  });
  return {
    at,
    bridge,
    told,
    strangers,
    holder: (construct, more = {}) => ({
      construct,
      plugins: null,
      note: (type, body) => told.push({ type, body }) > 0,
      within: () => null,
      isAirgapped: () => false,
      workspace: "/w",
      runFolder: "/w/r",
      ...more,
    }),
    call: (token, plugin = "look") => bridge.call({ token, plugin, args: [] }),
    [Symbol.dispose]: () => at[Symbol.dispose](),
  };
}

describe("a token", () => {
  test("is worth what its construct was given, and nothing once that has ended", () => {
    using own = bench();
    expect(own.call("t-one").answer.ok).toBe(false);
    own.bridge.bind("t-one", own.holder("cx-1"));
    expect(own.call("t-one").answer.ok).toBe(true);
    own.bridge.release("cx-1");
    expect(own.call("t-one").answer.ok).toBe(false);
    expect(own.strangers).toEqual(["look", "look"]);
  });

  test("goes over to the construct that takes up the session; the end of the one before takes nothing from it", () => {
    using own = bench();
    own.bridge.bind("t", own.holder("cx-1"));
    own.bridge.bind("t", own.holder("cx-2"));
    own.bridge.release("cx-1");
    expect(own.call("t").answer.ok).toBe(true);
    expect(own.told.at(-1)?.body).toMatchObject({ construct: "cx-2" });
  });

  test("of one construct opens nothing that only another one has", () => {
    using own = bench();
    own.bridge.bind("t-1", own.holder("cx-1", { plugins: [] }));
    own.bridge.bind("t-2", own.holder("cx-2", { plugins: ["look"] }));
    expect(own.call("t-1").answer).toMatchObject({ ok: false, reason: "this task was not given the plugin look" });
    expect(own.call("t-2").answer.ok).toBe(true);
  });

  test("has so many calls at a time, and more when some of them are over", () => {
    using own = bench();
    own.bridge.bind("t", own.holder("cx-1"));
    const calls = Array.from({ length: 16 }, () => own.call("t"));
    expect(calls.every(({ answer }) => answer.ok)).toBe(true);
    expect(own.call("t").answer).toMatchObject({ ok: false, reason: expect.stringContaining("16 calls") });
    calls[0]?.ended("code 0", 1);
    // Told twice, it counts once.
    calls[0]?.ended("code 0", 1);
    expect([own.call("t").answer.ok, own.call("t").answer.ok]).toEqual([true, false]);
    expect(own.told.filter(({ type }) => type === "plugin.ended").length).toBe(1);
  });

  test("opens nothing that uses the network while the airgap is on, whoever calls it from where", () => {
    using own = bench();
    let isOn = true;
    own.bridge.bind("t", own.holder("cx-1", { isAirgapped: () => isOn }));
    expect(own.call("t").answer.ok).toBe(false);
    expect(own.told).toMatchObject([{ type: "plugin.refused", body: { rule: "airgap" } }]);
    isOn = false;
    expect(own.call("t").answer.ok).toBe(true);
  });

  test("opens nothing when the call cannot be put on record", () => {
    using own = bench();
    own.bridge.bind("t", own.holder("cx-1", { note: () => false }));
    expect(own.call("t").answer.ok).toBe(false);
  });

  test("opens what there is now: a plugin that has gone is refused, one that has come is there", () => {
    using own = bench();
    own.bridge.bind("t", own.holder("cx-1"));
    own.at.remove(join("home", "plugins", "look"));
    expect(own.call("t").answer).toMatchObject({ ok: false, reason: expect.stringContaining("There are: none") });
    own.at.write("home/plugins/late/plugin.toml", 'name = "late"\ndescription = "x"\nentry = "run.py"\n');
    own.at.write("home/plugins/late/run.py", "print()\n");
    expect(own.call("t", "late").answer).toMatchObject({ ok: true, command: "python3" });
  });
});
