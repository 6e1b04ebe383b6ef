import { describe, expect, test } from "vitest";
import { reportText } from "../../../src/policy/triage/report-text.ts";
import { placeOf } from "../../../src/policy/triage/stack.ts";
import { triage } from "../../../src/policy/triage/triage.ts";
import type { Crash } from "../../../src/protocol/crash.ts";
import { aCrash } from "../../kit/crash.ts";

const root = "/opt/cyberdeck";

describe("the place of a crash", () => {
  test.each([
    ["    at Fleet.pump (file:///opt/cyberdeck/src/engine/fleet.ts:92:7)", "own", "src/engine/fleet.ts:92:7"],
    ["    at async run (/opt/cyberdeck/dist/chunk-A.js:1:20)", "own", "dist/chunk-A.js:1:20"],
    ["    at /opt/cyberdeck/src/a.ts:1:2", "own", "src/a.ts:1:2"],
    ["    at writeSync (node:fs:901:3)\n    at put (/opt/cyberdeck/src/store/x.ts:3:4)", "own", "src/store/x.ts:3:4"],
    [
      "    at f (/opt/cyberdeck/node_modules/zod/v4/core.js:1:2)\n    at g (/opt/cyberdeck/src/a.ts:1:2)",
      "dependency",
      "zod",
    ],
    ["    at f (/opt/cyberdeck/node_modules/a/node_modules/@b/c/x.js:1:2)", "dependency", "@b/c"],
    ["    at process.processTimers (node:internal/timers:523:7)", "system", "node:internal/timers:523:7"],
    ["    at eval (/somewhere/else.js:1:2)", "unknown", "/somewhere/else.js:1:2"],
    // The name of another folder begins as ours does.
    ["    at f (/opt/cyberdeck-old/src/a.ts:1:2)", "unknown", "/opt/cyberdeck-old/src/a.ts:1:2"],
    ["no stack at all", "unknown", "the stack says nothing"],
    ["", "unknown", "the stack says nothing"],
  ])("%j is %s", (stack, kind, where) => {
    expect(placeOf(`Error: no\n${stack}`, root)).toMatchObject({ kind, where });
  });

  test("is found in linear time in a stack that was made to be slow", () => {
    const stack = `    at ${"a (".repeat(50_000)}\n${"    at x ".repeat(50_000)}`;
    expect(placeOf(stack, root).kind).toBe("unknown");
  });
});

const thrown = (code: string | null, message = "it failed", stack = ""): Crash["thrown"] => [
  { name: "Error", message, code, hint: null, stack },
];

const causesOf = (parts: Partial<Crash>): string[] =>
  triage({ path: "/c", crash: aCrash(parts), events: [], files: [] }, root).causes.map(({ rule }) => rule);

describe("the causes of a crash", () => {
  const { system } = aCrash();
  test.each<[string, Partial<Crash>]>([
    ["disk.full", { thrown: thrown("ENOSPC") }],
    ["disk.full", { thrown: [...thrown(null), ...thrown("storage.full")] }],
    ["disk.full", { system: { ...system, disk_free: 1000 } }],
    ["memory.none", { thrown: thrown("ENOMEM") }],
    ["memory.none", { thrown: thrown(null, "Array buffer allocation failed") }],
    ["memory.none", { system: { ...system, memory: { free: 1e6, total: 1e9 } } }],
    ["files.many", { thrown: thrown("EMFILE") }],
    ["processes.many", { thrown: thrown("EAGAIN") }],
    ["storage.read_only", { thrown: thrown("EROFS") }],
    ["storage.damaged", { thrown: thrown("storage.damaged") }],
    ["storage.locked", { thrown: thrown("storage.locked") }],
    ["agent.missing", { thrown: thrown("agent.not_found") }],
    ["agent.missing", { thrown: thrown("ENOENT", "spawn claude ENOENT") }],
    ["package.incomplete", { thrown: thrown("ERR_MODULE_NOT_FOUND") }],
    ["node.old", { system: { ...system, node: "20.1.0" } }],
    ["stack.endless", { thrown: thrown(null, "Maximum call stack size exceeded") }],
    ["dependency.defect", { thrown: thrown(null, "no", "    at f (/x/node_modules/zod/a.js:1:2)") }],
    ["own.defect", { thrown: thrown(null, "no", "    at f (/opt/cyberdeck/src/a.ts:1:2)") }],
  ])("%s by its marks", (rule, parts) => {
    expect(causesOf(parts)).toEqual([rule]);
  });

  test("are none where nothing is known, and no mistake of ours where the machine explains it", () => {
    expect(causesOf({})).toEqual([]);
    const own = "    at f (/opt/cyberdeck/src/a.ts:1:2)";
    expect(causesOf({ thrown: thrown("ENOSPC", "no", own) })).toEqual(["disk.full"]);
    // A missing file is not a missing agent, and what is not known is not a lack.
    expect(causesOf({ thrown: thrown("ENOENT", "open x") })).toEqual([]);
    expect(causesOf({ system: { ...system, memory: null, disk_free: null } })).toEqual([]);
  });
});

describe("the report of a crash", () => {
  const at = aCrash().at;
  const event = (seq: number, type: string, more: Record<string, unknown> = {}, when = at - 1000) => ({
    seq,
    type,
    at: when,
    run: "run-1",
    source: "engine",
    ...more,
  });

  test("tells what was under way, without what was recorded while it was ended", () => {
    const events = [
      event(1, "construct.started", { construct: "cx-1" }),
      event(2, "construct.started", { construct: "cx-2" }),
      event(3, "construct.tool_called", { construct: "cx-1", tool: "Bash", input: "npm test\u001b[31m" }),
      event(4, "construct.ended", { construct: "cx-2" }),
      event(5, "construct.suspended", { construct: "cx-1" }, at - 50),
    ];
    const { under_way } = triage({ path: "/c", crash: aCrash({ runs: ["run-1"] }), events, files: [] }, root);
    expect(under_way).toContain("Open: run-1");
    expect(under_way).toContain("cx-1: calling Bash npm test");
    expect(under_way.join()).not.toContain("cx-2: ");
    expect(under_way.join()).not.toContain("[5]");
  });

  test("says what to do with each run, and what to attach, without itself", () => {
    const report = triage(
      { path: "/c", crash: aCrash({ runs: ["run-1", "run-2"] }), events: [], files: ["crash.json", "report.md"] },
      root,
    );
    expect(report.next).toEqual(["cyberdeck doctor", "cyberdeck run --resume run-1", "cyberdeck run --resume run-2"]);
    expect(report.attach).toEqual(["/c/crash.json"]);
    const text = reportText({ ...report, reading: "The disk.", reading_problem: null });
    expect(text).toContain("# TypeError: x is not a function");
    expect(text).toContain("## In plain words\n\n- The disk.");
    expect(text).toContain("no rule knows these marks");
  });

  test("takes nonsense for what it is", () => {
    const events = [
      { type: 7, at: "x" },
      {},
      event(1, "construct.tool_called", { construct: {}, tool: [], input: null }),
    ];
    expect(() => triage({ path: "/c", crash: aCrash(), events, files: ["\u001b]0;x\u0007y"] }, root)).not.toThrow();
  });
});
