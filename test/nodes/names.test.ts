import { expect, test } from "vitest";
import { isName } from "../../src/nodes/hub/subjects.ts";
import { nameFrom } from "../../src/nodes/node/names.ts";

test.each([
  ["builder-7", "builder-7"],
  ["lab.example.org", "lab-example-org"],
  ["_-odd", "odd"],
  ["-", "node"],
  ["", "node"],
  ["数える", "node"],
  ["a".repeat(80), "a".repeat(40)],
])("a machine with the name %j is the node %j, which can be the name of one", (machine, node) => {
  expect(nameFrom(machine)).toBe(node);
  expect(isName(node)).toBe(true);
});
