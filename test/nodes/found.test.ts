import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { airgapStage } from "../../src/engine/gate/airgap.ts";
import { foundOf, type Found, type FoundCall } from "../../src/engine/gate/found.ts";
import { gateOf } from "../../src/engine/gate/gate.ts";
import { Holds } from "../../src/engine/gate/holds.ts";
import { judgeFor, type Place } from "../../src/engine/gate/judge.ts";
import { newStanding } from "../../src/engine/gate/standing.ts";
import { ConstructTripwires } from "../../src/engine/gate/tripwires.ts";
import type { Note } from "../../src/engine/journal.ts";
import { tripwiresOf } from "../../src/engine/tripwires/rules.ts";
import { finderFor } from "../../src/nodes/node/finding.ts";
import { crossable } from "../../src/nodes/wire/found.ts";
import { sayingSchema } from "../../src/nodes/wire/letters.ts";
import { analyse } from "../../src/policy/brake/analyse.ts";
import { shippedPolicy } from "../../src/policy/policy-file/parse.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import type { Tier, ToolCall, Verdict } from "../../src/protocol/verdict.ts";
import { callOf, casesOf, placeOf } from "../policy/brake/corpus.ts";
import { policyHere } from "./kit/finds.ts";

/** Not below /tmp, in which constructs may write. */
let folder = "";
let workspace = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync("/var/tmp/deck-found-"));
  workspace = join(folder, "workspace");
  mkdirSync(workspace);
});
afterEach(() => rmSync(folder, { recursive: true }));

const bash = (command: string): ToolCall => ({ id: "t1", tool: "Bash", input: { command } });

/** The place of a run: on the node a real folder, on the host one that does not exist. */
const placeAt = (root: string, tier: Tier): Place => ({
  tier: () => tier,
  workspace: root,
  runFolder: join(root, ".cyberdeck/runs/r"),
  deckHome: join(root, ".cyberdeck"),
  agentHome: join(root, "home"),
});

const nowhere = "/nowhere/on/the/host";

/** What crosses, as it arrives on the other side. */
function arrived(call: ToolCall, found: unknown): FoundCall {
  const letter: unknown = JSON.parse(JSON.stringify({ type: "asks", ask: 1, call, found }));
  const saying = sayingSchema.parse(letter);
  if (saying.type !== "asks") throw new Error("it is something else");
  return { ...call, found: saying.found };
}

/** What the node finds out about a call, as the host hears it. */
async function fromNode(call: ToolCall, tier: Tier = "default", isCutOff = false): Promise<FoundCall> {
  const find = finderFor({
    judge: judgeFor(placeAt(workspace, tier)),
    policy: policyHere,
    workspace,
    isCutOff: () => isCutOff,
  });
  return arrived(call, crossable((await find(call)).found));
}

interface HostWishes {
  tier?: Tier;
  airgap?: boolean;
  isWalled?: boolean;
  place?: Partial<Place>;
  windowMs?: number | null;
}

/** The gate of a construct on the host, whose brake knows nothing of the node's disk. */
function host({ tier = "yolo", airgap = false, isWalled = false, place = {}, windowMs = 0 }: HostWishes = {}) {
  const told: { type: string; body: Record<string, unknown> }[] = [];
  const isHeld = Promise.withResolvers<Record<string, unknown>>();
  const note: Note = (type, body) => {
    told.push({ type, body: { ...body } });
    if (type === "hold.opened") isHeld.resolve({ ...body });
    return true;
  };
  const clock = systemClock;
  const settings = { ...defaultSettings(2), brake: tier };
  const run = tripwiresOf({ settings, view: { rules: [], muted: [] }, muted: new Set(), clock, note });
  const tripwires = new ConstructTripwires({ construct: "cx-1", run, clock, note, kill: () => undefined });
  const holds = new Holds({ clock, note: () => note, windowMs: () => windowMs });
  const gate = gateOf({
    construct: "cx-1",
    judge: judgeFor({ ...placeAt(nowhere, tier), ...place }),
    stages: [airgapStage({ isOn: () => airgap, isWalled }), tripwires.stage],
    standing: newStanding(),
    note,
    clock,
    onDenial: () => undefined,
    onJudged: () => undefined,
    holds,
    task: "a task",
    workspace: nowhere,
    onHold: () => undefined,
    kill: () => undefined,
    turnOf: () => 1,
  });
  const judged = () => told.filter(({ type }) => type === "gate.judged").map(({ body }) => body);
  return { gate, told, judged, isHeld: isHeld.promise, holds };
}

const brief = ({ decision, rule }: Verdict): string => `${decision} ${rule}`;

describe("a call on a node, judged on the host", () => {
  test("runs when neither has anything against it, though nothing of its paths exists on the host", async () => {
    const own = { id: "t1", tool: "Write", input: { file_path: join(workspace, "a"), content: "a" } };
    const call = await fromNode(own);
    const { gate } = host({ tier: "default" });
    expect(brief(await gate(call))).toBe("allow tier.default");
    // The same call of a construct on the host leads outside of its workspace.
    expect((await gate(own)).decision).toBe("deny");
  });

  test("is denied for where a link on the node leads, and no tier of the host lifts that", async () => {
    symlinkSync("/etc", join(workspace, "link"));
    const call = await fromNode(bash("touch link/motd"));
    expect(call.found.judged.decision).not.toBe("allow");
    const own = await fromNode({
      id: "t1",
      tool: "Write",
      input: { file_path: join(workspace, "link/motd"), content: "" },
    });
    expect(own.found.judged.decision).toBe("deny");
    const { gate, judged } = host({ tier: "yolo" });
    const verdict = await gate(own);
    expect(verdict).toMatchObject({ decision: "deny", rule: own.found.judged.rule, reason: own.found.judged.reason });
    expect(judged()).toMatchObject([{ decision: "deny", rule: own.found.judged.rule }]);
  });

  test("is decided by the host's tier, when the node's is an older and a laxer one", async () => {
    const call = await fromNode(bash("git push origin main"), "yolo");
    expect(call.found.judged.decision).toBe("allow");
    const { gate } = host({ tier: "paranoid" });
    expect((await gate(call)).decision).toBe("deny");
    expect(brief(await host({ tier: "yolo" }).gate(call))).toBe("allow tier.yolo");
  });

  test("is denied when the host's policy file forbids the host that it would reach", async () => {
    const call = await fromNode(bash("curl http://paste.example.org/x"), "yolo");
    const hosts = [{ verdict: "deny" as const, host: "paste.example.org", below: false, port: undefined }];
    const policy = { ...shippedPolicy, hosts, writable: [], protected: [] };
    const { gate } = host({ tier: "default", place: { policy: () => policy } });
    expect((await gate(call)).decision).toBe("deny");
  });

  test("that needs the network is denied by the host's airgap; of what is doubtful, a wall on the node tells, and none here", async () => {
    const airtight = host({ airgap: true, isWalled: true });
    expect(brief(await airtight.gate(await fromNode(bash("curl http://127.0.0.1:1/"), "yolo")))).toBe("deny airgap");
    // Held, and nobody is there to allow it.
    expect(brief(await airtight.gate(await fromNode(bash("npm test"), "yolo")))).toBe("deny airgap");
    expect(brief(await host({ airgap: true }).gate(await fromNode(bash("npm test"), "yolo", true)))).toBe(
      "allow tier.yolo",
    );
  });

  test("that would change something outside on the node trips the host's tripwire there", async () => {
    const outside = await fromNode(bash("rm -rf ../other"), "yolo");
    const { gate, told } = host({ tier: "default", windowMs: 0 });
    expect((await gate(outside)).decision).toBe("deny");
    expect(told.find(({ type }) => type === "tripwire.fired")?.body).toMatchObject({
      name: "writes-outside",
      found: expect.stringContaining("../other"),
    });
  });

  test("shows the netrunner who holds it the targets and the change as they are on the node", async () => {
    writeFileSync(join(workspace, "notes.txt"), "before\n");
    symlinkSync("notes.txt", join(workspace, "link"));
    const edit = { file_path: join(workspace, "link"), old_string: "before", new_string: "after" };
    const call = await fromNode({ id: "t1", tool: "Edit", input: edit });
    expect(call.found.judged.decision).toBe("allow");
    const tools = [{ verdict: "hold" as const, name: "Edit", open: false }];
    const policy = () => ({ ...shippedPolicy, tools, writable: [], protected: [] });
    const { gate, isHeld, holds } = host({ place: { policy }, tier: "default", windowMs: null });
    const verdict = gate(call);
    const held = await isHeld;
    expect(held).toMatchObject({
      targets: [`write ${workspace}/link → ${workspace}/notes.txt`],
      diff: expect.stringContaining("-before\n+after"),
    });
    holds.answer(String(held["hold"]), "allow", undefined);
    expect(brief(await verdict)).toBe("allow hold.allowed");
  });
});

describe("what a node says of a call", () => {
  test("crosses whole: every effect of every known call arrives as it was", () => {
    for (const file of ["danger", "benign"])
      for (const one of casesOf(join(import.meta.dirname, `../policy/brake/${file}.ndjson`))) {
        const effects = analyse(callOf(one), placeOf(one));
        const found: Found = {
          judged: { decision: "hold", rule: "r", reason: "w", effects },
          targets: [],
          diff: null,
          isCutOff: false,
        };
        expect(foundOf(arrived(callOf(one), crossable(found)))).toEqual(found);
      }
  });

  const good = {
    judged: { decision: "allow", rule: "r", reason: "", effects: [] },
    targets: [],
    diff: null,
    isCutOff: true,
  };
  test.each<[string, unknown]>([
    ["is missing", undefined],
    ["is a word", "allow"],
    ["has another decision", { ...good, judged: { ...good.judged, decision: "maybe" } }],
    ["lacks its effects", { ...good, judged: { decision: "allow", rule: "r", reason: "" } }],
    [
      "has an effect of another kind",
      { ...good, judged: { ...good.judged, effects: [{ kind: "harmless", what: "x" }] } },
    ],
    ["has an effect without its path", { ...good, judged: { ...good.judged, effects: [{ kind: "write" }] } }],
    [
      "trusts by another word",
      {
        ...good,
        judged: { ...good.judged, effects: [{ kind: "publish", what: "x", trusted: "yes" }] },
      },
    ],
    ["has fields that are not known", { ...good, lifts: true }],
    [
      "has too many effects",
      {
        ...good,
        judged: { ...good.judged, effects: Array.from({ length: 1001 }, () => ({ kind: "interpret", what: "sh" })) },
      },
    ],
    ["has a text without end", { ...good, judged: { ...good.judged, reason: "x".repeat(100_000) } }],
    [
      "is too much in all",
      {
        ...good,
        judged: {
          ...good.judged,
          effects: Array.from({ length: 900 }, () => ({ kind: "interpret", what: "x".repeat(900) })),
        },
      },
    ],
  ])("is a deny where it %s", async (_, found) => {
    const call = arrived(bash("ls"), found);
    expect(call.found.judged).toMatchObject({ decision: "deny", rule: "node.malformed" });
    expect(brief(await host({ tier: "yolo" }).gate(call))).toBe("deny node.malformed");
  });

  test("is a deny there, where there is more of it than may cross", () => {
    const effects = Array.from({ length: 1001 }, () => ({ kind: "interpret" as const, what: "sh" }));
    const found: Found = {
      judged: { decision: "allow", rule: "r", reason: "", effects },
      targets: [],
      diff: null,
      isCutOff: false,
    };
    expect(crossable(found).judged).toMatchObject({ decision: "deny", rule: "node.too_large", effects: [] });
  });

  test("is a deny where its brake fails", async () => {
    const judge = () => {
      throw new Error("ill");
    };
    const find = finderFor({ judge, policy: policyHere, workspace, isCutOff: () => true });
    expect((await find(bash("ls"))).found.judged).toMatchObject({ decision: "deny", rule: "gate.failed" });
  });
});
