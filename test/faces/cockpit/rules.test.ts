import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { RuleLine } from "../../../src/protocol/brake-case.ts";
import type { TripwireLine } from "../../../src/protocol/tripwire.ts";
import { aStatus, scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { memory, openDesk, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

const tripwires: TripwireLine[] = [
  {
    name: "host-restart",
    severity: "critical",
    origin: "shipped",
    watches: ["calls"],
    state: "on",
    message: "It would restart or shut down this machine.",
  },
  {
    name: "same-failure",
    severity: "warning",
    origin: "shipped",
    watches: ["results"],
    state: "muted",
    message: "The same call has failed in the same way three times.",
  },
  {
    name: "my-email",
    severity: "warning",
    origin: "shipped",
    watches: ["calls"],
    state: "idle",
    message: "Your own e-mail address is used; \u001b[2Jset my_email to have it watched.",
  },
  {
    name: "goal:docs-only",
    severity: "low",
    origin: "authored",
    watches: ["calls"],
    state: "on",
    message: "A page outside docs/ is written, which the goal does not ask for. 数える",
  },
];

const rules: RuleLine[] = [
  { tier: "default", rule: "read.workspace", verdict: "allow", about: "reading in the workspace", from: "shipped" },
  { tier: "default", rule: "publish", verdict: "hold", about: "publishing a package or an image", from: "shipped" },
  {
    tier: "default",
    rule: "delete.outside",
    verdict: "deny",
    about: "deleting outside the workspace",
    from: "brake.toml:12",
  },
];

const script: Script = {
  tripwires,
  blacklist: [
    {
      id: "bl-00000001",
      task: "Drop the table users",
      reason: "production uses it",
      added_at: 1_763_800_000_000,
      construct: null,
    },
    {
      id: "bl-00000002",
      task: "Rewrite the history of main",
      reason: "",
      added_at: 1_763_800_060_000,
      construct: "cx-00000009",
    },
  ],
  status: aStatus,
};

const text = (frame: string[]): string => frame.join("\n");
const local = () => ({
  ...memory(),
  brake: (home: string) =>
    Promise.resolve({
      rules: () => rules,
      explain: ({ tier }: { tier: string }) => `verdict: hold\nby the rule publish in the tier ${tier} of ${home}`,
    }),
});

async function rulesDesk(
  changes: Script = {},
  size = { columns: 120, rows: 40 },
): Promise<{ deck: ReturnType<typeof scriptedDeck>; desk: Desk }> {
  const deck = scriptedDeck({ ...script, ...changes });
  await busyFleet(deck);
  deck.stage().emit("spawn.refused", {
    task: "Force-push the branch main to the mirror",
    origin: "daemon",
    rule: "blacklist",
    reason: "it is forbidden: Rewrite the history of main",
  });
  const desk = await openDesk(deck, { size, parts: { local: local() } });
  await desk.press("ctrl+p");
  await desk.write("show: rules");
  await desk.press("enter");
  await desk.until((frame) => text(frame).includes("host-restart"));
  return { deck, desk };
}

describe("the rules", () => {
  test.each(sizes)("are shown in three parts at $columns x $rows", async (size) => {
    const { desk } = await rulesDesk({}, size);
    await expect(picture(await desk.press("s"))).toMatchFileSnapshot(keptFrame("rules-tripwires", size));
    await expect(picture(await desk.press("tab"))).toMatchFileSnapshot(keptFrame("rules-forbidden", size));
    await expect(picture(await desk.press("tab"))).toMatchFileSnapshot(keptFrame("rules-brake", size));
    await desk.close();
  });

  test.each(sizes)("ask before a critical one is muted, and try a command, at $columns x $rows", async (size) => {
    const { desk } = await rulesDesk({}, size);
    await expect(picture(await desk.press("m"))).toMatchFileSnapshot(keptFrame("rules-mute", size));
    await desk.press("escape", "c");
    await desk.write("npm publish");
    await desk.press("enter");
    const told = await desk.until((frame) => text(frame).includes("What they would say"));
    await expect(picture(told)).toMatchFileSnapshot(keptFrame("rules-trial", size));
    await desk.press("escape");
    await desk.close();
  });

  test("a critical tripwire is muted only when that is confirmed", async () => {
    const { deck, desk } = await rulesDesk();
    const asked = await desk.press("m");
    expect(text(asked)).toContain("Mute host-restart");
    expect(deck.commands.some(({ type }) => type === "tripwires.mute")).toBe(false);
    await desk.press("escape", "m", "enter");
    expect(deck.commands.filter(({ type }) => type === "tripwires.mute")).toEqual([
      { type: "tripwires.mute", run: deck.stage().run, name: "host-restart", muted: true, confirmed: true },
    ]);
    await desk.close();
  });

  test("a muted tripwire fires again at once", async () => {
    const { deck, desk } = await rulesDesk();
    await desk.press("s", "m");
    expect(deck.commands).toContainEqual({
      type: "tripwires.mute",
      run: deck.stage().run,
      name: "same-failure",
      muted: false,
      confirmed: true,
    });
    await desk.close();
  });

  test("what somebody else mutes is shown", async () => {
    const { deck, desk } = await rulesDesk();
    deck.stage().emit("tripwire.muted", { name: "host-restart", muted: true });
    const frame = await desk.until((one) =>
      one.some((row) => row.includes("▸1 host-restart") && row.includes("muted")),
    );
    expect(text(frame)).toContain("○ muted");
    await desk.close();
  });

  test("work is forbidden, and allowed again only when that is confirmed", async () => {
    const { deck, desk } = await rulesDesk();
    await desk.press("tab", "f");
    await desk.write("Delete the backups");
    await desk.press("enter");
    await desk.until((frame) => text(frame).includes("Delete the backups"));
    expect(deck.commands).toContainEqual({ type: "blacklist.add", task: "Delete the backups", reason: "" });
    await desk.press("u");
    expect(deck.commands.some(({ type }) => type === "blacklist.remove")).toBe(false);
    await desk.press("enter");
    const frame = await desk.until((one) => !text(one).includes("Drop the table users"));
    expect(deck.commands).toContainEqual({ type: "blacklist.remove", id: "bl-00000001" });
    expect(text(frame)).toContain("Delete the backups");
    await desk.close();
  });

  test("x lets one refused task through, and nothing that is forbidden for good", async () => {
    const { deck, desk } = await rulesDesk();
    await desk.press("tab");
    expect(text(await desk.press("x"))).toContain("nothing to act on here");
    await desk.press("end", "x");
    expect(deck.commands.filter(({ type }) => type === "blacklist.allow")).toEqual([
      { type: "blacklist.allow", run: deck.stage().run, task: "Force-push the branch main to the mirror" },
    ]);
    await desk.close();
  });

  test("a command is tried on tripwires and brake without being run", async () => {
    const { desk } = await rulesDesk({
      trial: {
        firings: [
          { name: "host-restart", severity: "critical", found: "reboot", message: "It would restart this machine." },
        ],
        consequence: "kill",
      },
    });
    await desk.press("c");
    await desk.write("npm publish && reboot");
    await desk.press("enter");
    const frame = text(await desk.until((one) => text(one).includes("What they would say")));
    expect(frame).toContain("$ npm publish && reboot");
    expect(frame).toContain("by the rule publish in the tier default of /w/.cyberdeck");
    expect(frame).toContain("tripwire host-restart (critical): reboot");
    expect(frame).toContain("by the tripwires, the call would be denied and its construct killed");
    await desk.press("escape");
    await desk.close();
  });

  test("a refusal of the deck is told, and changes nothing", async () => {
    const { desk } = await rulesDesk({
      refuse: ({ type }) => (type === "tripwires.mute" ? new Fault("refused", "test.no", "not this one") : undefined),
    });
    const frame = await desk.press("s", "m");
    expect(text(frame)).toContain("not this one");
    expect(frame.some((row) => row.includes("same-failure") && row.includes("muted"))).toBe(true);
    await desk.close();
  });

  test("what a rule says ends before the last column", async () => {
    const { desk } = await rulesDesk({}, { columns: 80, rows: 24 });
    const rows = (await desk.press("s")).filter((row) => row.includes("…") && /^[▸ ][1-9] /.test(row));
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.every((row) => row.trimEnd().length === 79)).toBe(true);
    await desk.close();
  });

  test("what a rule says does not act on the terminal", async () => {
    const { desk } = await rulesDesk();
    expect(desk.terminal.written).not.toContain("\u001b[2Jset my_email");
    await desk.close();
  });
});
