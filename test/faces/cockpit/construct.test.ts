import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { talkativeConstruct } from "./kit/scenes.ts";

describe("the construct page", () => {
  test.each(sizes)("shows what a construct is and all that it did, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await talkativeConstruct(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("2", "enter"))).toMatchFileSnapshot(keptFrame("construct", size));
    await desk.close();
  });

  test.each(sizes)("shows a held call with its rule and its countdown, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await talkativeConstruct(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("1", "enter"))).toMatchFileSnapshot(keptFrame("construct-held", size));
    await desk.close();
  });
});
