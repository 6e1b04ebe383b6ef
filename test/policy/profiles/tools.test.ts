import { expect, test } from "vitest";
import { reachesPlugin, toolObjection } from "../../../src/policy/profiles/tools.ts";

const reader = { name: "reader", tools: ["Read", "mcp__docs__*", "mcp__git__log"] };

test.each(["Read", "mcp__docs__search", "mcp__git__log", "mcp__deck__surface"])("%s is allowed", (tool) => {
  expect(toolObjection(reader, tool)).toBeUndefined();
});

test.each([
  "read",
  "Reader",
  "Bash",
  "Agent",
  "Write",
  "mcp__docs",
  "mcp__docsx__search",
  "mcp__git__log2",
  "mcp__other__log",
  "",
])("%j is not", (tool) => {
  expect(toolObjection(reader, tool)).toContain("Its tools are: Read, mcp__docs__*, mcp__git__log.");
});

test("a profile without a list allows whatever there is; an empty list nothing", () => {
  expect(toolObjection({ name: "free" }, "Bash")).toBeUndefined();
  expect(toolObjection({ name: "none", tools: [] }, "Read")).toContain("It has no tools.");
});

test("a plugin is within reach where its shell or any of its server's tools is", () => {
  const reach = (tools: string[] | undefined, kind: "command" | "mcp"): boolean =>
    reachesPlugin(tools === undefined ? {} : { tools }, { name: "docs", kind });
  expect([reach(undefined, "command"), reach(undefined, "mcp")]).toEqual([true, true]);
  expect([reach(["Bash"], "command"), reach(["Bash"], "mcp")]).toEqual([true, false]);
  expect([reach(reader.tools, "command"), reach(reader.tools, "mcp")]).toEqual([false, true]);
  expect([reach([], "command"), reach(["mcp__docsx__*"], "mcp")]).toEqual([false, false]);
});
