import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { of, openTestDeck } from "../../kit/deck.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "bin", "cyberdeck.ts");

/** The real command line in a process of its own. */
function cyberdeck(cwd: string, ...argv: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; out: string; err: string }>();
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd };
  const child = execFile(process.execPath, [program, ...argv], { cwd, env, timeout: 60_000 }, (_, out, err) =>
    resolve({ code: child.exitCode, out, err }),
  );
  return promise;
}

/** Makes the same call until it is no longer allowed. */
const untilDenied: Answerer = ({ toolResults, messages }) =>
  toolResults.some(({ failed }) => failed) || messages.length > 200
    ? say("Done.")
    : call("Bash", { command: "touch a" });

test("another process changes the tier of an open run, and a running construct is judged by it at its next call", async () => {
  await using kit = await openTestDeck({ answer: untilDenied });
  const { settings } = kit;
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Go on."], settings, command_line: [] });
  await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
  const { code, out, err } = await cyberdeck(kit.workspace, "brake", "set", "paranoid");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(
    `The brake of ${opened.run} is paranoid now (it was default). It holds from each construct's next call.\n`,
  );
  const events = await kit.untilClosed(opened.afterSeq);
  const decisions = of(events, "gate.judged").map(({ body }) => body.decision);
  expect([decisions[0], decisions.at(-1)]).toEqual(["allow", "deny"]);
  expect(of(events, "settings.changed")).toMatchObject([
    { source: "netrunner", body: { settings: { brake: "paranoid" } } },
  ]);
});

test("without a deck that runs, the tier cannot be changed, and the next step is told", async () => {
  await using kit = await openTestDeck({});
  const { code, out, err } = await cyberdeck(kit.folder, "brake", "set", "yolo");
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/^error: .+\nnext: .+\n$/);
  expect(await cyberdeck(kit.workspace, "brake", "set", "yolo")).toMatchObject({
    code: 1,
    err: expect.stringContaining("no run is open"),
  });
});
