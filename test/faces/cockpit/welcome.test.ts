import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { CockpitParts } from "../../../src/faces/cockpit/cockpit.ts";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";

/** A home in which no deck runs; remembers how decks were asked for. */
function quietHome(login: { present: boolean; how: string }) {
  const asked: string[] = [];
  const deck = scriptedDeck();
  const parts: Partial<CockpitParts> = {
    login: () => Promise.resolve(login),
    openDeck: (how) => {
      asked.push(how);
      if (how !== "there") return Promise.resolve(deck);
      return Promise.reject(new Fault("setup", "deck.not_running", "no deck runs in this home"));
    },
  };
  return { asked, deck, parts };
}

const noLogin = { present: false, how: "no login and no key was found" };

describe("the first run", () => {
  test.each(sizes)(
    "without a login explains the cockpit and offers the scripted model at $columns x $rows",
    async (size) => {
      const { deck, parts } = quietHome(noLogin);
      const desk = await openDesk(deck, { size, parts, isQuiet: true });
      const frame = await desk.until((rows) => rows.some((row) => row.includes("Welcome")));
      await expect(picture(frame)).toMatchFileSnapshot(keptFrame("welcome", size));
      await desk.press("o");
      await desk.close();
    },
  );

  test("without a login starts nothing until the netrunner has chosen", async () => {
    const { asked, deck, parts } = quietHome(noLogin);
    const desk = await openDesk(deck, { parts, isQuiet: true });
    await desk.until((rows) => rows.some((row) => row.includes("Welcome")));
    await desk.press("e", "n", "k", "x", "escape");
    expect(asked).toEqual(["there"]);
    await desk.press("o");
    expect(asked).toEqual(["there", "offline"]);
    await desk.close();
  });

  test("goes on with the agent as it is where the netrunner says so", async () => {
    const { asked, deck, parts } = quietHome(noLogin);
    const desk = await openDesk(deck, { parts, isQuiet: true });
    await desk.until((rows) => rows.some((row) => row.includes("Welcome")));
    await desk.press("c");
    await desk.until((rows) => rows.some((row) => row.includes("● attached")));
    expect(asked).toEqual(["there", "ordinary"]);
    await desk.close();
  });

  test("with a login asks nothing", async () => {
    const { asked, deck, parts } = quietHome({ present: true, how: "a key" });
    const desk = await openDesk(deck, { parts });
    expect(asked).toEqual(["there", "ordinary"]);
    await desk.close();
  });

  test("with a wish for the scripted model starts that one at once, whatever the login", async () => {
    const { asked, deck, parts } = quietHome(noLogin);
    const desk = await openDesk(deck, { parts: { ...parts, isOffline: true } });
    expect(asked).toEqual(["offline"]);
    await desk.close();
  });

  test("tells why a deck cannot be started, and does not ask for another model instead", async () => {
    const openDeck = () => Promise.reject(new Fault("setup", "home.locked", "the home is in use", { hint: "Wait." }));
    const desk = await openDesk(scriptedDeck(), { parts: { openDeck } });
    const frame = await desk.until((rows) => rows.some((row) => row.includes("NO DECK")));
    expect(frame.some((row) => row.includes("the home is in use"))).toBe(true);
    expect(frame.some((row) => row.includes("Welcome"))).toBe(false);
    await desk.close();
  });
});
