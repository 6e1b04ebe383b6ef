import { describe, expect, test } from "vitest";
import type { SessionSpec } from "../../src/drivers/agent.ts";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import { specOf } from "./kit/spec.ts";
import { manifestOf } from "./workspace/kit/by-hand.ts";
import { openingOf, readOpening, staysHere } from "../../src/nodes/wire/opening.ts";

const spec = specOf("cx-00000001", {
  cwd: "/work/garden",
  run: { id: "run-20260101-120000-abcd", folder: "/work/garden/.cyberdeck/runs/run-20260101-120000-abcd" },
  gate: () => Promise.reject(new Error("it does not cross")),
  transcript: () => undefined,
});

const opening = openingOf(spec, 7);
const manifest = manifestOf("a".repeat(40), { bytes: 1, sha256: "b".repeat(64) });

describe("an opening", () => {
  test("has all that a node must know, arrives as it was, and has nothing that calls back, runs programs or is secret", () => {
    const full = openingOf(
      {
        ...spec,
        fast: true,
        isSpare: true,
        resume: "0b9d6a2e-1111-4222-8333-444455556666",
        wall: { agent: "/deck/wall/agent", shell: "/deck/wall/shell", unreadable: ["/secret"], unwritable: [] },
      },
      8,
    );
    const text = JSON.stringify(full);
    expect(readOpening(JSON.parse(text))).toEqual({ isGood: true, opening: full });
    expect(full).toEqual({
      wire: nodeWireVersion,
      session: spec.id,
      epoch: 8,
      run: spec.run,
      cwd: spec.cwd,
      space: null,
      caliber: spec.caliber,
      fast: true,
      isSpare: true,
      resume: "0b9d6a2e-1111-4222-8333-444455556666",
      wall: true,
    });
    // Where the host's wall stands, and what it hides, is the host's.
    expect(text).not.toContain("/deck/wall");
    expect(text).not.toContain("/secret");
  });

  test.each<[string, Partial<SessionSpec>]>([
    ["of the daemon", { role: { kind: "coordinator", systemPrompt: "plan" } }],
    ["of a trial of the gate", { role: { kind: "worker", subagents: true } }],
    ["with tools of plugins", { servers: [{ name: "notes", command: "/usr/bin/node", args: [] }] }],
  ])("is not made of a session %s, which stays on the host", (_, change) => {
    expect(staysHere({ ...spec, ...change })).toBeTypeOf("string");
    expect(staysHere(spec)).toBeUndefined();
  });

  test("is not made of a session that works for no run", () => {
    const { run: _, ...without } = spec;
    expect(staysHere(without)).toBe("it works for no run");
    expect(() => openingOf(without, 1)).toThrow("expected object, received undefined");
  });

  test.each<[string, object]>([
    ["a field that is not known", { environment: { PATH: "/evil" } }],
    ["servers of tools", { servers: [{ name: "x", command: "/bin/sh", args: ["-c", "id"] }] }],
    ["another role", { role: { kind: "coordinator" } }],
    ["a folder that is not absolute", { cwd: "garden" }],
    ["a folder with a way back", { cwd: "/work/garden/../../etc" }],
    ["a folder with a null byte", { cwd: "/work/\0" }],
    ["a session with a path in its name", { session: "../../etc/passwd" }],
    ["a run with a path in its name", { run: { id: "../up", folder: "/work" } }],
    ["a memory with an option in its place", { resume: "--dangerously-skip-permissions" }],
    ["an effort that there is not", { caliber: { model: "sonnet", effort: "godlike" } }],
    ["a model with an option in its place", { caliber: { model: "--settings=/tmp/x", effort: "low" } }],
    ["a model without end", { caliber: { model: "m".repeat(1000), effort: "low" } }],
    ["no epoch", { epoch: 0 }],
    ["a wall that is a path", { wall: "/tmp/wall" }],
    ["a copy with a path in its name", { space: { name: "../up", thing: "pack-1", manifest } }],
    ["a copy whose bundle has a path in its name", { space: { name: "cx-1", thing: "../up", manifest } }],
    [
      "a copy of a commit that is an option",
      { space: { name: "cx-1", thing: null, manifest: { ...manifest, commit: "--all" } } },
    ],
    ["a copy without a manifest", { space: { name: "cx-1", thing: "pack-1" } }],
  ])("with %s is refused with a reason", (_, change) => {
    const read = readOpening({ ...opening, ...change });
    expect(read).toMatchObject({ isGood: false, why: expect.stringContaining("not one that this node knows") });
  });

  test("names the copy of the workspace in which it works", () => {
    const space = { name: "cx-1-ab12", thing: "pack-1", manifest };
    const full = openingOf(spec, 8, space);
    expect(readOpening(JSON.parse(JSON.stringify(full)))).toEqual({ isGood: true, opening: full });
    expect(full).toMatchObject({ cwd: spec.cwd, space });
  });

  test("of a newer host is refused with what to do, and whose it was is known", () => {
    expect(readOpening({ ...opening, wire: nodeWireVersion + 1, placement: "gpu" })).toEqual({
      isGood: false,
      whose: { session: spec.id, epoch: 7 },
      why: expect.stringContaining("run the same cyberdeck on both"),
    });
  });

  test.each([[undefined], ["open"], [[]], [{ session: "cx-1" }]])(
    "that is none at all is refused, and there is nobody to tell: %j",
    (raw) => {
      expect(readOpening(raw)).toMatchObject({ isGood: false, whose: undefined });
    },
  );
});
