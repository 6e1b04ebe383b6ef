import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { policyShelf, type PolicyShelf, type PolicyShelfParts } from "../../src/nodes/node/policy-shelf.ts";
import { policyVersion, type NodePolicy } from "../../src/nodes/wire/policy.ts";
import type { ToolCall } from "../../src/protocol/verdict.ts";
import { eventually } from "../kit/deck.ts";

const policyOf = (file: string | null, runs: NodePolicy["runs"] = { "run-1": atDefault }): NodePolicy => ({
  version: policyVersion({ file, runs }),
  file,
  runs,
});
const atDefault = { tier: "default", isAirgapped: false } as const;

/** A host that has a policy, and a shelf that asks it. */
function shelved(first: unknown = policyOf(null), changes: Partial<PolicyShelfParts> = {}) {
  const host = { policy: first, asked: 0 };
  const over = new AbortController();
  const warned: string[] = [];
  const shelf = policyShelf({
    fetch: async () => {
      host.asked += 1;
      return structuredClone(host.policy);
    },
    over: over.signal,
    warn: (code, message) => warned.push(`${code} ${message}`),
    answerMs: 30,
    againMs: 1,
    patienceMs: 30,
    ...changes,
  });
  // Not below /tmp, in which constructs may write.
  const folder = realpathSync(mkdtempSync("/var/tmp/deck-shelf-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const place = {
    workspace: join(folder, "workspace"),
    runFolder: join(folder, "data/run-1"),
    deckHome: join(folder, "data"),
    agentHome: join(folder, "home"),
  };
  mkdirSync(place.workspace, { recursive: true });
  const judge = (command: string) =>
    shelf.judgeFor("run-1", place)({ id: "a", tool: "Bash", input: { command } } satisfies ToolCall);
  const says = (command: string): string => {
    const { decision, rule } = judge(command);
    return `${decision} ${rule}`;
  };
  return { host, over, warned, shelf, folder, place, judge, says };
}

/** Has it fetched. */
async function settled(shelf: PolicyShelf, version?: string): Promise<void> {
  await shelf.until(version);
}

const denying = (...commands: string[]): string => `[commands]\ndeny = ${JSON.stringify(commands)}\n`;

describe("a node's policy", () => {
  test("is none at first, and all is denied until the host has given it one", async () => {
    const { shelf, says, host } = shelved();
    expect(says("ls")).toBe("deny node.no_policy");
    expect(shelf.version()).toBe(null);
    expect(shelf.isAirgapped("run-1")).toBe(true);
    shelf.heard(policyOf(null).version);
    await eventually(() => shelf.version() ?? undefined, "it has a policy");
    expect(shelf.version()).toBe(policyOf(null).version);
    expect(says("ls")).toMatch(/^allow/);
    expect(shelf.isAirgapped("run-1")).toBe(false);
    expect(host.asked).toBe(1);
  });

  test("judges by the tier and the file that the host has, also when they change", async () => {
    const { shelf, says, host } = shelved(policyOf(denying("make")));
    await settled(shelf);
    expect([says("make"), says("touch a")].map((text) => text.split(" ")[0])).toEqual(["deny", "allow"]);
    const next = policyOf(null, { "run-1": { tier: "paranoid", isAirgapped: true } });
    host.policy = next;
    await settled(shelf, next.version);
    expect(says("touch a")).toMatch(/^deny/);
    expect(says("ls")).toMatch(/^allow/);
    expect(shelf.isAirgapped("run-1")).toBe(true);
  });

  test("denies from the moment at which the host names another version, until that is here", async () => {
    const late = Promise.withResolvers<void>();
    const { shelf, says, host } = shelved(policyOf(null), {
      answerMs: 10_000,
      fetch: async () => {
        host.asked += 1;
        const policy = host.policy;
        if (host.asked > 1) await late.promise;
        return policy;
      },
    });
    await settled(shelf);
    const next = policyOf(denying("make"));
    host.policy = next;
    shelf.heard(next.version);
    shelf.heard(next.version);
    expect(says("touch a")).toBe("deny node.stale_policy");
    expect(shelf.version()).toBe(null);
    late.resolve();
    await settled(shelf);
    expect(says("touch a")).toMatch(/^allow/);
    expect(says("make")).toMatch(/^deny/);
    // One at a time, and no more than was needed.
    expect(host.asked).toBe(2);
  });

  test("is asked for once more when the host has named another one since it was asked for", async () => {
    const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
    let asked = 0;
    const { shelf } = shelved(null, {
      fetch: () => answers[(asked += 1) - 1]?.promise ?? Promise.reject(),
      answerMs: 10_000,
    });
    const [older, newer] = [policyOf(null), policyOf(denying("make"))];
    shelf.heard(older.version);
    shelf.heard(newer.version);
    answers[0]?.resolve(older);
    await eventually(() => asked === 2 || undefined, "it asks again");
    expect(shelf.version()).toBe(null);
    answers[1]?.resolve(newer);
    await settled(shelf);
    expect(shelf.version()).toBe(newer.version);
  });

  test("is not taken back to an older one by a word that was late", async () => {
    const [older, newer] = [policyOf(null), policyOf(denying("make"))];
    const { shelf, host, says } = shelved(newer);
    await settled(shelf, newer.version);
    shelf.heard(older.version);
    expect(says("touch a")).toBe("deny node.stale_policy");
    await settled(shelf);
    expect(shelf.version()).toBe(newer.version);
    expect(host.asked).toBe(2);
  });

  test("is none for a run that the host has not told of, whatever its name", async () => {
    const { shelf, place } = shelved();
    await settled(shelf);
    for (const run of ["run-2", "constructor", "__proto__", "toString"]) {
      const judge = shelf.judgeFor(run, place);
      await settled(shelf);
      const judged = judge({ id: "a", tool: "Bash", input: { command: "ls" } });
      expect(judged).toMatchObject({ decision: "deny", rule: "node.unknown_run" });
      expect(shelf.isAirgapped(run)).toBe(true);
    }
  });

  test("is fetched anew for a run that has come with an opening and is not in it", async () => {
    const { shelf, host, judge, place } = shelved();
    await settled(shelf);
    host.policy = policyOf(null, { "run-1": atDefault, "run-2": { tier: "paranoid", isAirgapped: false } });
    const second = shelf.judgeFor("run-2", place);
    const touch: ToolCall = { id: "a", tool: "Bash", input: { command: "touch a" } };
    expect([second(touch).rule, judge("ls").rule]).toEqual(["node.stale_policy", "node.stale_policy"]);
    await settled(shelf);
    expect(second({ ...touch, input: { command: "ls" } }).decision).toBe("allow");
    expect(second(touch).decision).toBe("deny");
    // One that is over is not in the new one either; what holds for the others goes on.
    const third = shelf.judgeFor("run-3", place);
    await settled(shelf);
    expect([third(touch).rule, judge("ls").decision]).toEqual(["node.unknown_run", "allow"]);
    expect(host.asked).toBe(3);
  });

  test("tells when a run is over, and says that of none that it may only not have heard of", async () => {
    const { shelf, host } = shelved(policyOf(null, { "run-1": atDefault, "run-2": atDefault }));
    expect(shelf.isOver("run-1")).toBe(false);
    await settled(shelf);
    expect([shelf.isOver("run-1"), shelf.isOver("run-2")]).toEqual([false, false]);
    const next = policyOf(null, { "run-2": atDefault });
    host.policy = next;
    shelf.heard(next.version);
    // It knows that it does not know.
    expect(shelf.isOver("run-1")).toBe(false);
    await settled(shelf);
    expect([shelf.isOver("run-1"), shelf.isOver("run-2")]).toEqual([true, false]);
  });

  test("that could not be fetched for a new run is fetched with the host's next word, though that names no other one", async () => {
    const isUp = { now: true };
    const { shelf, place, judge } = shelved(undefined, {
      fetch: async () => (isUp.now ? policyOf(null) : Promise.reject(new Error("no link"))),
    });
    await settled(shelf);
    isUp.now = false;
    shelf.judgeFor("run-2", place);
    await settled(shelf);
    expect(judge("ls").rule).toBe("node.stale_policy");
    isUp.now = true;
    await settled(shelf, policyOf(null).version);
    expect(judge("ls").decision).toBe("allow");
  });

  test("is over with the lease: nothing is asked any more, and nobody waits", async () => {
    const { shelf, says, host, over } = shelved(policyOf(null), {
      fetch: () => new Promise(() => undefined),
      answerMs: 60_000,
    });
    const waiting = shelf.until();
    over.abort();
    await waiting;
    shelf.heard("p-2");
    await shelf.until("p-3");
    expect([says("ls"), shelf.version(), host.asked]).toEqual(["deny node.no_policy", null, 0]);
    const had = shelved();
    await settled(had.shelf);
    had.over.abort();
    expect([had.says("ls"), had.shelf.version()]).toEqual(["deny node.stale_policy", null]);
  });
});

describe("a policy that cannot be had", () => {
  test("is asked for a few times, and again with each word of the host", async () => {
    const isUp = { now: false };
    let asked = 0;
    const { shelf, says, warned } = shelved(undefined, {
      async fetch() {
        asked += 1;
        if (!isUp.now) throw new Error("no link");
        return policyOf(null);
      },
    });
    await settled(shelf, policyOf(null).version);
    expect(says("ls")).toBe("deny node.no_policy");
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(10);
    // The same trouble is told once.
    expect(warned).toEqual(["node.policy_unanswered no link"]);
    isUp.now = true;
    await settled(shelf, policyOf(null).version);
    expect(says("ls")).toMatch(/^allow/);
  });

  test("is asked for until it is there when answers are lost, however many, and what waits for it is judged by it", async () => {
    let asked = 0;
    const { shelf, says } = shelved(undefined, {
      patienceMs: 10_000,
      fetch: () => ((asked += 1) < 6 ? Promise.reject(new Error("lost")) : Promise.resolve(policyOf(null))),
    });
    await settled(shelf, policyOf(null).version);
    expect(says("ls")).toMatch(/^allow/);
    expect(asked).toBe(6);
  });

  test("because nobody answers is waited for so long and no longer", async () => {
    const { shelf, judge, warned } = shelved(undefined, { fetch: () => new Promise(() => undefined) });
    await settled(shelf);
    expect(judge("ls").reason).toContain("the host does not answer");
    expect(warned).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ["is not what its version says", { ...policyOf(null), file: denying("make") }],
    ["has a run more than its version says", { ...policyOf(null), runs: { "run-1": atDefault, "run-2": atDefault } }],
    ["is laxer than its version says", { ...policyOf(null), runs: { "run-1": { tier: "yolo", isAirgapped: false } } }],
    ["has a tier of a newer deck", { ...policyOf(null), runs: { "run-1": { tier: "strict", isAirgapped: false } } }],
    ["has no file, not even none", { version: "p-1", runs: {} }],
    ["has a file that is too long", { ...policyOf("#".repeat(300_000)) }],
    ["is a list", []],
    ["is nothing", null],
    ["is a text", "default"],
  ])("because the one that comes %s is refused, with a warning, and denies", async (_, raw) => {
    const { shelf, says, warned, host } = shelved(raw, { patienceMs: 10_000 });
    await settled(shelf);
    expect(says("ls")).toBe("deny node.no_policy");
    expect(shelf.version()).toBe(null);
    expect(host.asked).toBe(3);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(/^node\.policy_refused the policy of the host is not/);
  });

  test("because a changed one is refused leaves nothing in force, not even the one before", async () => {
    const { shelf, says, host } = shelved();
    await settled(shelf);
    host.policy = { ...policyOf(denying("make")), file: null };
    await settled(shelf, policyOf(denying("make")).version);
    expect(says("ls")).toBe("deny node.stale_policy");
  });
});

describe("a policy file of the host on a node", () => {
  test.each<[string, string]>([
    ["has rules that this node does not know", '[[rule]]\nrule = "effect.telepathy"\nverdict = "deny"\n'],
    ["has a table that this node does not know", '[dreams]\ndeny = ["flying"]\n'],
    ["is not TOML", "commands = = deny"],
    ["would allow what cannot be allowed", '[tools]\nallow = ["Bash"]\n'],
  ])("that %s denies everything and tells why", async (_, file) => {
    const { shelf, judge, warned, host } = shelved(policyOf(file));
    await settled(shelf);
    expect(judge("ls")).toMatchObject({
      decision: "deny",
      rule: "node.policy_not_understood",
      reason: expect.stringMatching(/line \d+ of it.*run the same cyberdeck on both/),
    });
    // Nobody shall send work here.
    expect(shelf.version()).toBe(null);
    expect(warned).toHaveLength(1);
    await settled(shelf, policyOf(file).version);
    expect(host.asked).toBe(1);
  });

  test("means the places of this machine, and what would open too much here stays closed", async () => {
    const file = '[folders]\nwritable = ["../shared", "~/notes"]\nprotected = ["kept"]\n';
    const { shelf, says, folder, place, warned } = shelved(policyOf(file));
    await settled(shelf);
    mkdirSync(join(place.workspace, "kept"));
    writeFileSync(join(place.workspace, "kept/a"), "");
    expect(says(`touch ${folder}/shared/a`)).toMatch(/^allow/);
    expect(says(`touch ${place.agentHome}/notes/a`)).toMatch(/^allow/);
    expect(says("touch kept/a")).not.toMatch(/^allow/);
    expect(warned).toEqual([]);

    const wide = shelved(policyOf('[folders]\nwritable = [".."]\n'));
    await settled(wide.shelf);
    expect(wide.says(`touch ${wide.folder}/a`)).not.toMatch(/^allow/);
    expect(wide.says("touch a")).toMatch(/^allow/);
    expect(wide.warned.join()).toMatch(/node\.policy_folder .*contains the home folder on this node/);
  });
});

describe("whoever follows the policy of a node", () => {
  test("hears of a new one before anything is judged by it, until it does not want to any more", async () => {
    const { shelf, host } = shelved();
    const seen: boolean[] = [];
    const following = shelf.onChange(() => seen.push(shelf.isAirgapped("run-1")));
    await settled(shelf);
    const cut = policyOf(null, { "run-1": { tier: "default", isAirgapped: true } });
    host.policy = cut;
    await settled(shelf, cut.version);
    expect(seen).toEqual([false, true]);
    following[Symbol.dispose]();
    host.policy = policyOf(null);
    await settled(shelf, policyOf(null).version);
    expect(seen.length).toBe(2);
  });

  test("and cannot do as it says keeps it out of force, until it can", async () => {
    const { shelf, says, warned } = shelved();
    const isStuck = { now: true };
    shelf.onChange(() => {
      if (isStuck.now) throw new Error("the wall cannot be closed");
    });
    await settled(shelf);
    expect(says("ls")).toBe("deny node.no_policy");
    expect(warned).toEqual(["node.policy_not_applied the policy cannot be put in force: the wall cannot be closed"]);
    isStuck.now = false;
    await settled(shelf, policyOf(null).version);
    expect(says("ls")).toMatch(/^allow/);
  });
});
