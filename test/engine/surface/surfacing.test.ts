import { expect, test } from "vitest";
import { surfacingOf } from "../../../src/engine/surface/surfacing.ts";
import { mostSurfaced } from "../../../src/protocol/surfaced.ts";

/** What a construct shows, with a record that can be written as long as `canWrite` says so. */
function surfacing(canWrite: () => boolean) {
  const shown: unknown[] = [];
  const { surface } = surfacingOf({
    construct: "cx-0a1b2c3d",
    places: { workspace: "/nowhere", runFolder: "/nowhere/run" },
    note: canWrite,
    onSurfaced: (item) => shown.push(item),
  });
  return { shown, note: () => surface({ kind: "note", text: "look", title: "" }, null), surface };
}

test("what cannot be put on record is not shown, and its construct is told so", async () => {
  const { shown, note } = surfacing(() => false);
  expect(await note()).toEqual({ ok: false, reason: "Nothing was shown: the deck cannot write its record." });
  expect(shown).toEqual([]);
});

test("a wish that was refused does not count against the number that one construct may show", async () => {
  const { shown, note, surface } = surfacing(() => true);
  for (let count = 0; count < mostSurfaced + 5; count += 1)
    expect((await surface({ kind: "file", path: "/nowhere/absent", title: "" }, null)).ok).toBe(false);
  for (let count = 0; count < mostSurfaced; count += 1) expect((await note()).ok).toBe(true);
  expect(await note()).toMatchObject({ ok: false, reason: expect.stringContaining("all that one construct may") });
  expect(shown.length).toBe(mostSurfaced);
});

test("a title is one line, however it was given", async () => {
  const { shown, surface } = surfacing(() => true);
  await surface({ kind: "note", text: "look", title: `a\u001b[31m\nb ${"x".repeat(5000)}` }, null);
  expect(shown).toMatchObject([{ title: expect.stringMatching(/^a b x+…$/) }]);
});
