import { describe, expect, test } from "vitest";
import { airgapStage } from "../../../src/engine/gate/airgap.ts";
import { judgeFor } from "../../../src/engine/gate/judge.ts";
import { of, openTestDeck, outcomesOf, type TestDeck, type TestDeckOptions } from "../../kit/deck.ts";
import { hitServer } from "../../kit/hit-server.ts";
import { allowEverything, makesCalls, theWall } from "../../kit/wall.ts";

const judge = judgeFor({
  tier: () => "yolo",
  workspace: "/nowhere/workspace",
  runFolder: "/nowhere/workspace/.cyberdeck/runs/run-1",
  deckHome: "/nowhere/workspace/.cyberdeck",
  agentHome: "/nowhere/home",
});

/** What the airgap says to a call: "allow" stands for nothing against it. */
function said(isWalled: boolean, tool: string, input: Record<string, unknown>): string {
  const call = { id: "call", tool, input };
  return [airgapStage({ isOn: () => true, isWalled })(call, judge(call)) ?? []].flat()[0]?.decision ?? "allow";
}

const shell = (isWalled: boolean, command: string): string => said(isWalled, "Bash", { command });

describe("the airgap", () => {
  test.each([
    "curl http://127.0.0.1:1/",
    "wget -q example.org",
    "npm install",
    "pip install requests",
    "git fetch",
    "git push",
    "ssh host ls",
    "sh -c 'curl example.org'",
    "find . -exec curl {} \\;",
    "cat < /dev/tcp/10.0.0.1/80",
    "kubectl get pods",
    "ping 10.0.0.1",
  ])("denies what needs the network, with a wall and without one: %s", (command) => {
    expect([shell(true, command), shell(false, command)]).toEqual(["deny", "deny"]);
  });

  test.each([
    ["WebFetch", { url: "https://example.org", prompt: "read" }],
    ["WebSearch", { query: "anything" }],
    ["mcp__mail__get_messages", {}],
  ])("denies the tool %s", (tool, input) => {
    expect([said(true, tool, input), said(false, tool, input)]).toEqual(["deny", "deny"]);
  });

  test.each(["npm test", "./deploy.sh", "make", "some-unheard-of-program"])(
    "leaves to the wall what it cannot see through, and holds it where there is no wall: %s",
    (command) => {
      expect([shell(true, command), shell(false, command)]).toEqual(["allow", "hold"]);
    },
  );

  test.each(["ls -la", "git commit -m done", "grep -r network .", "echo curl example.org"])(
    "has nothing against what stays on the machine: %s",
    (command) => {
      expect([shell(true, command), shell(false, command)]).toEqual(["allow", "allow"]);
    },
  );

  test("has nothing against anything while it is off", () => {
    const call = { id: "call", tool: "Bash", input: { command: "curl example.org" } };
    expect(airgapStage({ isOn: () => false, isWalled: false })(call, judge(call))).toBeUndefined();
  });

  test("that is switched on while a construct works denies its next call, also on yolo, and off again lets it through", async () => {
    await using server = await hitServer();
    const command = `curl -sS -m 5 ${server.url}`;
    const { events } = await switched(["Bash", { command }], { settings: { brake: "yolo", sandbox: "off" } });
    expect(of(events, "gate.judged").map(({ body }) => body.rules.includes("airgap"))).toEqual([false, true, false]);
    expect(server.hits()).toBe(2);
    expect(outcomesOf(events)[0]?.denials).toEqual([{ tool: "Bash", input: command, rule: "airgap" }]);
  });
});

describe.each(await theWall("the airgap's wall"))("behind %s, an airgapped construct", () => {
  test("does not reach a server with a script that the gate lets through, and nor with a call that it lets through", async () => {
    await using server = await hitServer();
    await using kit = await openTestDeck({
      settings: { sandbox: "on", airgap: true },
      files: fetching(server.url),
      judge: allowEverything,
      answer: makesCalls(
        ["Bash", { command: `${process.execPath} fetch.mjs` }],
        ["Bash", { command: `curl -sS -m 5 ${server.url}; echo tried` }],
      ),
    });
    const events = await kit.runTasks(["Fetch."]);
    expect(outcomesOf(events)[0]?.result).toContain("no way");
    expect(outcomesOf(events)[0]?.result).toContain("tried");
    expect(server.hits()).toBe(0);
  });

  test("that was started before the airgap went up loses the network with its next command, and gets it back", async () => {
    await using server = await hitServer();
    const { events } = await switched(["Bash", { command: `${process.execPath} fetch.mjs` }], {
      settings: { sandbox: "on" },
      files: fetching(server.url),
      judge: allowEverything,
    });
    expect(outcomesOf(events)[0]?.result).toMatch(/0: THROUGH[^]*1: no way[^]*2: THROUGH/);
    expect(server.hits()).toBe(2);
  });

  test("still reaches its model, and a server that it started itself in the same command", async () => {
    await using kit = await openTestDeck({
      settings: { sandbox: "on", airgap: true },
      judge: allowEverything,
      answer: makesCalls([
        "Bash",
        {
          command: `${process.execPath} -e 'const s = require("http").createServer((q, r) => r.end("own")).listen(0, async () => { console.log(await (await fetch("http://127.0.0.1:" + s.address().port)).text()); process.exit() })'`,
        },
      ]),
    });
    expect(outcomesOf(await kit.runTasks(["Serve."]))[0]?.result).toContain("0: own");
  });
});

/** A construct that makes a call three times: the airgap is on for the second one only. */
async function switched(call: readonly [string, Record<string, unknown>], options: TestDeckOptions) {
  const steps = makesCalls(call, call, call);
  await using kit: TestDeck = await openTestDeck({
    ...options,
    async answer(request) {
      const made = request.messages.flatMap(({ results }) => results).length;
      if (made > 0) await kit.deck.send({ type: "settings.change", settings: { airgap: made === 1 } });
      return steps(request);
    },
  });
  return { events: await kit.runTasks(["Fetch."]) };
}

/** A program that no gate can see through. */
const fetching = (url: string): Record<string, string> => ({
  "fetch.mjs": `await fetch("${url}").then(() => console.log("THROUGH"), () => console.log("no way"));`,
});
