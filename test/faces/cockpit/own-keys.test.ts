import { describe, expect, test } from "vitest";
import { everyAction } from "../../../src/faces/cockpit/every-action.ts";
import { keyName, readKeyName } from "../../../src/faces/cockpit/key-name.ts";
import { ownKeysOf, type Known } from "../../../src/faces/cockpit/own-keys.ts";
import { readInput } from "../../../src/faces/cockpit/screen/input.ts";

describe("the name of a key in settings", () => {
  test.each([
    ["k", "k"],
    ["K", "K"],
    ["?", "?"],
    ["+", "+"],
    ["é", "é"],
    ["Ctrl+K", "ctrl+k"],
    ["control+shift+p", "shift+ctrl+p"],
    ["ctrl++", "ctrl++"],
    ["Alt+Enter", "alt+enter"],
    ["Space", "space"],
    ["Esc", "escape"],
    ["PgUp", "pageUp"],
    ["shift+tab", "shift+tab"],
    ["F5", "f5"],
  ])("%s is %s", (written, key) => {
    expect(readKeyName(written)).toBe(key);
  });

  test.each(["", " ", "kk", "ctrl", "ctrl+", "hyper+k", "ctrl+ctrl+k", "F13", "shift+a", "\u0001", "🙂🙂"])(
    "%j is none",
    (written) => {
      expect(readKeyName(written)).toBeUndefined();
    },
  );

  test.each([
    ["\u000b", "Ctrl+K"],
    ["\u001b[5~", "PgUp"],
    ["\u001b[Z", "Shift+Tab"],
    ["\u001b\r", "Alt+Enter"],
    ["\u001b[15~", "F5"],
    ["\u001b[112;6u", "Ctrl+Shift+P"],
    [" ", "Space"],
  ])("is the one that a terminal sends as %j", (sequence, written) => {
    expect(readInput(sequence)).toMatchObject({ key: readKeyName(written) });
  });

  test("is shown as it may be written", () => {
    for (const key of ["k", "ctrl+k", "pageUp", "escape", "shift+ctrl+p", "space", "+"])
      expect(readKeyName(keyName(key))).toBe(key);
  });
});

const known: Known[] = [
  { id: "fleet.down", title: "down", keys: ["s", "down"], page: "fleet" },
  { id: "queue.down", title: "down", keys: ["s"], page: "queue" },
  { id: "construct.kill", title: "kill", keys: ["k"], page: null },
  { id: "deck.eject", title: "eject", keys: ["ctrl+f"], page: null },
];

describe("the netrunner's own keys", () => {
  test("take the place of those of an action, one or several or none", () => {
    expect(ownKeysOf({ "construct.kill": "Ctrl+K", "fleet.down": ["j", "Down"], "queue.down": [] }, known)).toEqual({
      keys: { "construct.kill": ["ctrl+k"], "fleet.down": ["j", "down"], "queue.down": [] },
      problems: [],
    });
  });

  test("are told where there is no such action, and lead to the nearest", () => {
    expect(ownKeysOf({ "construct.kil": "x" }, known)).toEqual({
      keys: {},
      problems: [{ id: "construct.kil", text: 'there is no action "construct.kil"; did you mean "construct.kill"?' }],
    });
  });

  test("are told where there is no such key, and the action keeps its own", () => {
    const { keys, problems } = ownKeysOf({ "construct.kill": "hyper+k" }, known);
    expect(keys).toEqual({});
    expect(problems).toEqual([{ id: "construct.kill", text: expect.stringContaining('"hyper+k" is no key') }]);
  });

  test("are told where they do something else on the same page already", () => {
    const { problems } = ownKeysOf({ "construct.kill": "s" }, known);
    expect(problems).toEqual([{ id: "construct.kill", text: 's does "down" (fleet.down) on the page fleet already' }]);
  });

  test("may be the same on two pages", () => {
    expect(ownKeysOf({ "fleet.down": "j", "queue.down": "j" }, known).problems).toEqual([]);
  });

  test("may be exchanged with each other", () => {
    expect(ownKeysOf({ "construct.kill": "ctrl+f", "deck.eject": "k" }, known).problems).toEqual([]);
  });

  test("cannot be set for what objects have by nature", () => {
    expect(ownKeysOf({ constructor: "k" }, known).keys).toEqual({});
  });
});

describe("the keys that the cockpit ships with", () => {
  const all = everyAction();

  test("are each the name of a key", () => {
    const wrong = all.flatMap(({ id, keys }) => keys.filter((key) => readKeyName(key) !== key).map((key) => [id, key]));
    expect(wrong).toEqual([]);
  });

  test("do one thing each on a page, and one each everywhere", () => {
    const doubles = all.flatMap((action) =>
      action.keys.flatMap((key) =>
        all
          .filter(({ id, page, keys }) => page === action.page && id < action.id && keys.includes(key))
          .map(({ id }) => `${key}: ${id} and ${action.id}`),
      ),
    );
    expect(doubles).toEqual([]);
  });

  test("belong to actions with a name of their own each", () => {
    const ids = all.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});
