import { expect, test } from "vitest";
import { line } from "../../../../src/faces/cockpit/draw/block.ts";
import { boxed } from "../../../../src/faces/cockpit/draw/box.ts";
import { gridOf, rowsOf } from "../../../../src/faces/cockpit/screen/grid.ts";

const at = { x: 0, y: 0, width: 12, height: 4 };

test("the cursor of a list lies within the border of its box, not over it", () => {
  const box = boxed([{ ...line("one"), fill: "cursor" }, line("two")], at);
  const { look, columns } = gridOf({ parts: [box] }, { columns: 12, rows: 4 });
  const lookAt = (x: number, y: number): number | undefined => look[y * columns + x];
  expect([lookAt(0, 1), lookAt(11, 1)]).toEqual([lookAt(0, 2), lookAt(11, 2)]);
  expect(lookAt(8, 1)).not.toBe(lookAt(8, 2));
});

test("a line that is too long is cut before the border", () => {
  const rows = rowsOf(gridOf({ parts: [boxed([line("a text without end")], at)] }, { columns: 12, rows: 4 }));
  expect(rows[1]).toBe("│a text wi…│");
});
