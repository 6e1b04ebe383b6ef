import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundOf } from "../../src/engine/gate/found.ts";
import { remoteSession, type SessionLine } from "../../src/nodes/host/remote-session.ts";
import { finderFor } from "../../src/nodes/node/finding.ts";
import { policyShelf } from "../../src/nodes/node/policy-shelf.ts";
import { policyVersion, type NodePolicy } from "../../src/nodes/wire/policy.ts";
import { numbersFrom } from "../durable/scenario.ts";
import { joined } from "./kit/line.ts";
import { puppet } from "./kit/puppet.ts";

let workspace = "";
beforeAll(() => {
  workspace = realpathSync(mkdtempSync("/var/tmp/deck-orders-"));
});
afterAll(() => rmSync(workspace, { recursive: true }));

const programs = ["touch", "mkdir"] as const;
type Program = (typeof programs)[number];

/** All policies that there are in this world: a tier, and commands that are denied. */
const policies = (["default", "paranoid"] as const).flatMap((tier) =>
  [[], ["touch"], ["mkdir"], ["touch", "mkdir"]].map((denied): NodePolicy => {
    const file = `[commands]\ndeny = ${JSON.stringify(denied)}\n`;
    const runs = { "run-1": { tier, isAirgapped: false } };
    return { version: policyVersion({ file, runs }), file, runs };
  }),
);
const allows = ({ file, runs }: NodePolicy, program: Program): boolean =>
  runs["run-1"]?.tier === "default" && file?.includes(`"${program}"`) === false;

const step = fc.oneof(
  fc.record({ do: fc.constant("change" as const), to: fc.constantFrom(...policies) }),
  // A renewal tells what was in force when it was asked for, and arrives when it does.
  fc.record({ do: fc.constant("renew" as const), afterMs: fc.nat(15) }),
  fc.record({ do: fc.constant("call" as const), program: fc.constantFrom(...programs), gateMs: fc.nat(8) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(10) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** A verdict that the host has given: what was in force at that moment, and by what its node had judged. */
interface Given {
  program: string;
  inForce: NodePolicy;
  judgedBy: string | null;
}

/** Does the steps over a bad link, and gives all that the host has allowed, and what the agent was told of each call. */
async function play(steps: readonly Step[], seed: number) {
  const number = numbersFrom(seed);
  const [lax = { version: "none", file: null, runs: {} }] = policies;
  const host = { policy: lax };
  const over = new AbortController();
  const shelf = policyShelf({
    async fetch() {
      await after(number(4));
      // Of the way there and of the way back.
      if (number(6) === 0) throw new Error("lost");
      const policy = structuredClone(host.policy);
      await after(number(4));
      return policy;
    },
    over: over.signal,
    warn: () => undefined,
    againMs: 1,
  });
  const place = {
    workspace,
    runFolder: join(workspace, "run"),
    deckHome: join(workspace, "deck"),
    agentHome: "/home/nobody",
  };
  const find = finderFor({ judge: shelf.judgeFor("run-1", place), policy: shelf, workspace, isCutOff: () => false });
  const agent = puppet();
  const { line } = joined(
    { find, over: over.signal, mayAct: () => !over.signal.aborted, open: agent.open },
    () => number(1000) / 1000,
  );
  const asked = new Map<number, { program: string; policy: string | null }>();
  const given: Given[] = [];
  const seen: SessionLine = {
    ...line,
    sayings: (async function* () {
      for await (const one of line.sayings) {
        const { body } = one;
        if (body.type === "asks")
          asked.set(body.ask, {
            program: body.call.tool === "Bash" ? programOf(body.call.input) : "",
            policy: body.policy,
          });
        yield one;
      }
    })(),
    bid(bidding) {
      if (bidding.type === "verdict" && bidding.verdict.decision === "allow") {
        const { program = "", policy = null } = asked.get(bidding.ask) ?? {};
        given.push({ program, inForce: host.policy, judgedBy: policy });
      }
      return line.bid(bidding);
    },
  };
  const gateMs = new Map<string, number>();
  const session = await remoteSession(
    seen,
    {
      async gate(call) {
        await after(gateMs.get(call.id) ?? 0);
        const decision = foundOf(call)?.judged.decision === "allow" ? "allow" : "deny";
        return { decision, rule: "test", reason: "" };
      },
    },
    { token: "token", policy: () => host.policy.version },
  );
  const calls = (id: string, program: Program) => agent.calls({ id, tool: "Bash", input: { command: `${program} a` } });
  const arrivals: Promise<void>[] = [];
  const verdicts: ReturnType<typeof calls>[] = [];
  for (const one of steps)
    if (one.do === "change") host.policy = one.to;
    else if (one.do === "wait") await after(one.ms);
    else if (one.do === "renew") {
      const { version } = host.policy;
      arrivals.push(after(one.afterMs).then(() => shelf.heard(version)));
    } else {
      const id = `call-${verdicts.length}`;
      gateMs.set(id, one.gateMs);
      verdicts.push(calls(id, one.program));
    }
  const told = await Promise.all(verdicts);
  await Promise.all(arrivals);
  return { host, shelf, calls, session, given, told, end: () => over.abort() };
}

const programOf = (input: unknown): string =>
  (typeof input === "object" ? JSON.stringify(input) : "").match(/touch|mkdir/)?.[0] ?? "";

test("whatever the order of changes, renewals and calls: nothing is allowed but by the policy in force at its verdict, and the last one comes to hold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(10_000), async (steps, seed) => {
      const { host, shelf, calls, session, given, told, end } = await play(steps, seed);
      for (const { program, inForce, judgedBy } of given) {
        expect(judgedBy).toBe(inForce.version);
        expect(programs.filter((one) => one === program && allows(inForce, one))).toEqual([program]);
      }
      expect(told.filter(({ decision }) => decision === "allow").length).toBeLessThanOrEqual(given.length);
      // The host goes on to renew; a link that loses all of them ends the lease.
      while (shelf.version() !== host.policy.version) await shelf.until(host.policy.version);
      for (const program of programs)
        expect((await calls(`last ${program}`, program)).decision).toBe(
          allows(host.policy, program) ? "allow" : "deny",
        );
      await session.stop("hard");
      end();
    }),
    { numRuns: 80 },
  );
});
