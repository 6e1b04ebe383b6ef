import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { Local } from "../../../src/faces/cockpit/page.ts";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";
import type { CatalogueListing } from "../../../src/protocol/catalogue-listing.ts";
import type { KnownCalibers } from "../../../src/protocol/models.ts";
import { plainProfile } from "../../../src/protocol/profile.ts";
import { scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { memory, openDesk, toPage } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

const reviewer = {
  ...plainProfile,
  name: "reviewer",
  category: "review",
  description: "Reads code and judges it; changes nothing. 数える and 🙂 stay straight.",
  tools: ["Read", "Grep"],
  uses: ["jq"],
  caliber: { model: "opus", effort: "high" as const },
  limits: { turns: 40, usd: 1.5, time: "20m" },
  daemon_addendum: "Give it one folder at a time.",
  construct_addendum: Array.from({ length: 30 }, (_, n) => `Rule ${n + 1}: say what you have seen.`).join("\n"),
};

const jq = { name: "jq", kind: "binary" as const, description: "Asks JSON questions", help: "jq --help" };
const nmap = { name: "nmap", kind: "binary" as const, description: "Looks which ports are open\u001b[2J" };

const listing: CatalogueListing = {
  profiles: [
    { name: "default", place: "shipped", path: "/opt/deck/profiles/default.toml", value: plainProfile },
    { name: "reviewer", place: "home", path: "/w/.cyberdeck/profiles/reviewer.toml", value: reviewer },
  ],
  tools: [
    {
      name: "jq",
      place: "user",
      path: "/home/n/tools.toml",
      value: jq,
      standing: { tool: jq, command: "jq", availability: { available: true, file: "/usr/bin/jq" } },
    },
    {
      name: "nmap",
      place: "user",
      path: "/home/n/tools.toml",
      value: nmap,
      standing: { tool: nmap, command: "nmap", availability: { available: false, why: "nmap is not on PATH" } },
    },
  ],
  plugins: [
    {
      name: "codemap",
      kind: "command",
      category: "code",
      description: "Draws a map of the code",
      usage: "[--top N] FOLDER",
      effects: "read",
      on_request: false,
      place: "shipped",
      path: "/opt/deck/plugins/codemap/plugin.toml",
      unavailable: null,
      runs: { command: "node", args: ["map.js"] },
    },
    {
      name: "browser",
      kind: "mcp",
      category: "web",
      description: "Opens pages",
      usage: "",
      effects: null,
      on_request: true,
      place: "home",
      path: "/w/.cyberdeck/plugins/browser/plugin.toml",
      runs: null,
      unavailable: "the program chromium is not on PATH",
    },
  ],
  refused: [
    {
      kind: "profile",
      name: "writer",
      path: "/w/.cyberdeck/profiles/writer.toml",
      line: 4,
      problem: '"Reed" is no tool of the agent\'s; did you mean "Read"?',
    },
  ],
  places: [
    { place: "home", path: "/w/.cyberdeck" },
    { place: "shipped", path: "/opt/deck" },
  ],
};

const calibers: KnownCalibers = {
  version: "2.1.330",
  from: "cache",
  asked_at: 0,
  warnings: [],
  models: [
    {
      value: "opus",
      resolved: "claude-opus-5",
      display: "Opus",
      description: "For the hardest work",
      efforts: ["low", "medium", "high"],
      fast: true,
      price: { input: 5, output: 25, long: null },
    },
    {
      value: "haiku",
      resolved: null,
      display: "Haiku",
      description: "Quick and cheap",
      efforts: [],
      fast: null,
      price: null,
    },
  ],
};

async function openCatalogues(options: { script?: Script; local?: Partial<Local>; size?: Size } = {}) {
  const deck = scriptedDeck({ calibers, ...options.script });
  await busyFleet(deck);
  const local: Local = { ...memory(), catalogues: () => Promise.resolve(listing), ...options.local };
  const size = options.size === undefined ? {} : { size: options.size };
  const desk = await openDesk(deck, { ...size, parts: { local } });
  await toPage(desk, "Catalogues");
  return { deck, desk };
}

const has = (wanted: string) => (rows: string[]) => rows.some((row) => row.includes(wanted));

describe("the catalogues", () => {
  test.each(sizes)("have profiles, tools, plugins and models at $columns x $rows", async (size) => {
    const { desk } = await openCatalogues({ size });
    await desk.until(has("Calibers 2"));
    const frames = [await desk.press("end"), await desk.press("tab"), await desk.press("tab"), await desk.press("tab")];
    for (const [index, name] of ["", "-tools", "-plugins", "-calibers"].entries())
      await expect(picture(frames[index] ?? [])).toMatchFileSnapshot(keptFrame(`catalogues${name}`, size));
    await desk.close();
  });

  test("show what is wrong first, with its place and what to do about it", async () => {
    const { desk } = await openCatalogues();
    const frame = await desk.until(has("✗ wrong"));
    expect(has("writer.toml, line 4")(frame)).toBe(true);
    expect(has('did you mean "Read"?')(frame)).toBe(true);
    expect(has("Correct the file, or remove it.")(frame)).toBe(true);
    expect((await desk.press("enter")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("tell why a program or a plugin cannot be used", async () => {
    const { desk } = await openCatalogues();
    await desk.until(has("Tools 2"));
    expect(has("nmap is not on PATH")(await desk.press("tab", "end"))).toBe(true);
    expect(has("the program chromium is not on PATH")(await desk.press("tab", "end"))).toBe(true);
    await desk.close();
  });

  test("say that they are empty, and where entries are looked for", async () => {
    const empty = { profiles: [], tools: [], plugins: [], refused: [], places: listing.places };
    const { desk } = await openCatalogues({
      local: { catalogues: () => Promise.resolve(empty) },
      script: { calibers: { ...calibers, models: [] } },
    });
    const frame = await desk.until(has("No profile:"));
    expect(has("/w/.cyberdeck")(frame)).toBe(true);
    expect(has("No program is registered")(await desk.press("tab"))).toBe(true);
    expect(has("No plugin:")(await desk.press("tab"))).toBe(true);
    expect(has("The agent has told no models.")(await desk.press("tab"))).toBe(true);
    await desk.close();
  });

  test("say why they cannot be read, and what looks again", async () => {
    const { desk } = await openCatalogues({
      local: { catalogues: () => Promise.reject(new Error("the folder is locked")) },
      script: {
        refuse: ({ type }) => (type === "calibers.list" ? new Fault("setup", "agent", "there is no agent") : undefined),
      },
    });
    const frame = await desk.until(has("They cannot be listed: the folder is locked"));
    expect(has("r looks again.")(frame)).toBe(true);
    expect(has("They cannot be listed: there is no agent")(await desk.press("shift+tab"))).toBe(true);
    await desk.close();
  });

  test("are not taken for read before they are", async () => {
    const { desk } = await openCatalogues({ local: { catalogues: () => new Promise(() => {}) } });
    expect(await desk.until(has("They are being looked up…"))).toBeDefined();
    await desk.close();
  });

  test("begin a construct with the profile under the cursor", async () => {
    const { deck, desk } = await openCatalogues();
    await desk.until(has("Calibers 2"));
    await desk.press("end", "enter");
    await desk.until(has("Start one more construct"));
    await desk.write("look at src");
    await desk.press("enter");
    await desk.until(() => deck.commands.some(({ type }) => type === "construct.spawn"));
    expect(deck.commands.at(-1)).toMatchObject({ type: "construct.spawn", task: "look at src", profile: "reviewer" });
    await desk.close();
  });

  test("begin a construct on the model under the cursor, and on no profile of their own", async () => {
    const { deck, desk } = await openCatalogues();
    await desk.until(has("Calibers 2"));
    await desk.press("shift+tab", "end", "enter");
    await desk.until(has("Start one more construct"));
    await desk.write("count");
    await desk.press("enter");
    await desk.until(() => deck.commands.some(({ type }) => type === "construct.spawn"));
    expect(deck.commands.at(-1)).toMatchObject({ caliber: { model: "haiku" } });
    expect(deck.commands.at(-1)).not.toHaveProperty("profile");
    await desk.close();
  });

  test("show all of a long text, a piece at a time", async () => {
    const { desk } = await openCatalogues({ size: { columns: 80, rows: 24 } });
    await desk.until(has("Calibers 2"));
    await desk.press("end");
    let frame = await desk.press("]");
    for (let turn = 0; turn < 12 && !has("Rule 30")(frame); turn += 1) frame = await desk.press("]");
    expect(has("Rule 30")(frame)).toBe(true);
    expect((await desk.press("]")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test.each(sizes)("are narrowed down while a filter is written, at $columns x $rows", async (size) => {
    const { desk } = await openCatalogues({ size });
    await desk.until(has("Calibers 2"));
    await desk.press("/");
    const frame = await desk.write("code");
    expect(frame.at(-1)).toContain("1 of 3");
    await desk.press("enter");
    await expect(picture(await desk.press("tab", "tab"))).toMatchFileSnapshot(keptFrame("catalogues-filter", size));
    expect(has("Plugins 1/2")(await desk.press("escape"))).toBe(false);
    await desk.close();
  });

  test("keep the box with the details in its place, whichever part is shown and however few rows of it", async () => {
    const { desk } = await openCatalogues({ size: { columns: 80, rows: 24 } });
    const boxOf = (frame: readonly string[]): number => frame.findIndex((row) => row.startsWith("┌"));
    const first = boxOf(await desk.until(has("Calibers 2")));
    expect(first).toBe(8);
    expect(boxOf(await desk.press("tab"))).toBe(first);
    await desk.press("/");
    expect(boxOf(await desk.write("jq"))).toBe(first);
    await desk.close();
  });

  test("are found by what is told of them, and by what stands in a column", async () => {
    const { desk } = await openCatalogues();
    await desk.until(has("Calibers 2"));
    await desk.press("/");
    // A program that a profile uses.
    expect(has("▸1 reviewer")(await desk.write("jq"))).toBe(true);
    await desk.press("ctrl+u");
    expect(has("▸1 writer")(await desk.write("is:wrong"))).toBe(true);
    await desk.press("ctrl+u");
    expect((await desk.write("from:home !review")).at(-1)).toContain("0 of 3");
    await desk.press("enter");
    expect(has("None of 3 entries is like this: from:home !review")(await desk.press("s"))).toBe(true);
    expect((await desk.press("enter")).at(-1)).toContain("nothing to act on");
    await desk.press("/", "escape");
    expect(has("Profiles 3")(await desk.press("home"))).toBe(true);
    await desk.close();
  });

  test("a filter stays when they are read again", async () => {
    let now = listing;
    const { deck, desk } = await openCatalogues({ local: { catalogues: () => Promise.resolve(now) } });
    await desk.until(has("Profiles 3"));
    await desk.press("/");
    await desk.write("is:usable");
    await desk.press("enter");
    now = { ...listing, profiles: listing.profiles.slice(0, 1) };
    const path = "/w/.cyberdeck/profiles/reviewer.toml";
    deck.stage().emit("catalogue.changed", { kind: "profile", name: "reviewer", change: "removed", path });
    expect(has("▸1 default")(await desk.until(has("Profiles 1/2")))).toBe(true);
    await desk.close();
  });

  test("ask the agent anew for its models only when that is wished", async () => {
    const { deck, desk } = await openCatalogues();
    await desk.until(has("Calibers 2"));
    await desk.press("r");
    await desk.press("shift+tab");
    await desk.press("r");
    await desk.until(() => deck.commands.some((one) => one.type === "calibers.list" && one.refresh));
    const asked = deck.commands.flatMap((one) => (one.type === "calibers.list" ? [one.refresh] : []));
    expect(asked).toEqual([false, false, true]);
    await desk.close();
  });

  test("are read again when one of them has changed", async () => {
    let now = listing;
    const { deck, desk } = await openCatalogues({ local: { catalogues: () => Promise.resolve(now) } });
    await desk.until(has("Profiles 3"));
    now = { ...listing, refused: [] };
    const path = "/w/.cyberdeck/profiles/writer.toml";
    deck.stage().emit("catalogue.changed", { kind: "profile", name: "writer", change: "removed", path });
    await desk.until(has("Profiles 2"));
    await desk.press("y", "Y");
    expect(desk.copied[0]).toBe("/opt/deck/profiles/default.toml");
    expect(JSON.parse(desk.copied[1] ?? "")).toMatchObject({ name: "default", place: "shipped" });
    await desk.close();
  });
});
