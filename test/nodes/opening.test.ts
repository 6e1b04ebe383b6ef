import { describe, expect, test } from "vitest";
import type { SessionSpec } from "../../src/drivers/agent.ts";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import { openingOf, readOpening, staysHere } from "../../src/nodes/wire/opening.ts";

const spec: SessionSpec = {
  id: "cx-00000001",
  cwd: "/work/garden",
  run: { id: "run-20260101-120000-abcd", folder: "/work/garden/.cyberdeck/runs/run-20260101-120000-abcd" },
  caliber: { model: "sonnet", effort: "low" },
  role: { kind: "worker" },
  gate: () => Promise.reject(new Error("it does not cross")),
  transcript: () => undefined,
};

const opening = openingOf(spec, 7);

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
  ])("with %s is refused with a reason", (_, change) => {
    const read = readOpening({ ...opening, ...change });
    expect(read).toMatchObject({ isGood: false, why: expect.stringContaining("not one that this node knows") });
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
