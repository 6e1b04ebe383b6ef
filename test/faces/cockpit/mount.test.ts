import { expect, test } from "vitest";
import { newModel } from "../../../src/faces/cockpit/model/deck-model.ts";
import { mount, type Mounted } from "../../../src/faces/cockpit/mount.ts";
import type { Focus, Hands } from "../../../src/faces/cockpit/page.ts";

const model = newModel(0);
const size = { columns: 80, rows: 24 };

/** A page with two actions that are about the construct in focus, how often it was asked for it, and what was done. */
function counted(): {
  page: Mounted;
  asked: () => number;
  done: (string | undefined)[];
  aim: (construct: string) => void;
} {
  let asked = 0;
  let construct = "cx-1";
  const done: (string | undefined)[] = [];
  const hands = {} satisfies Partial<Hands> as Hands;
  const page = mount<null>(
    {
      name: "counted",
      title: "Counted",
      begin: () => null,
      draw: () => ({ parts: [] }),
      focus(): Focus {
        asked += 1;
        return { construct };
      },
      actions: ["one", "other"].map((id) => ({
        id,
        title: id,
        keys: [],
        can: ({ focus }) => focus.construct === "cx-1",
        run: ({ focus }) => void done.push(focus.construct),
      })),
    },
    hands,
    () => {},
  );
  return { page, asked: () => asked, done, aim: (other) => void (construct = other) };
}

test("what can be done is asked with one focus for all actions of a moment", () => {
  const { page, asked } = counted();
  expect(page.actions(model, size).map((action) => action.can())).toEqual([true, true]);
  expect(asked()).toBe(1);
});

test("no focus is asked for where nobody wants to know what can be done", () => {
  const { page, asked } = counted();
  page.actions(model, size);
  expect(asked()).toBe(0);
});

test("what is done is done to what is in focus then, not to what was when the actions were listed", () => {
  const { page, done, aim } = counted();
  const [one] = page.actions(model, size);
  expect(one?.can()).toBe(true);
  aim("cx-2");
  one?.run();
  expect(done).toEqual(["cx-2"]);
  expect(page.actions(model, size).some((action) => action.can())).toBe(false);
});
