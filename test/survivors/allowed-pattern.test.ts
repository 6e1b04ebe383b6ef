import { expect, test } from "vitest";
import { z } from "zod";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { hostStatusSchema } from "../../src/protocol/host.ts";
import { until } from "../process/workbench.ts";
import { openScene, type RecordedEvent, type Scene } from "./command-line.ts";
import { isAlive, remainsOf } from "./remains.ts";

const allowed = "git reset --hard";
const other = "git push --force origin main";
const task = "Reset it.";

/** Makes these calls one after the other, and the later ones when it goes on in another life. */
const working =
  (before: string[], after: string[]): Answerer =>
  ({ firstUserText, messages }) => {
    if (!firstUserText.includes(task)) return say("Not my task.");
    const since = messages.findLastIndex(({ text }) => text.includes("You go on now"));
    const made = messages.slice(since + 1).filter(({ calls }) => calls.length > 0).length;
    const command = (since === -1 ? before : after)[made];
    return command === undefined ? say("Done.") : call("Bash", { command });
  };

/** A command to its end; gives what it wrote besides the line of the sentinel. */
async function tell(scene: Scene, ...args: string[]): Promise<string> {
  const told = await scene.inGroup(args);
  expect([await told.ended, told.output()]).toEqual([0, expect.anything()]);
  return told.output().replace(/^sentinel \d+\n/, "");
}

const holdSchema = z.looseObject({ type: z.literal("hold.opened"), hold: z.string(), input: z.string() });
const judgedSchema = z.looseObject({ type: z.literal("gate.judged"), input: z.string(), rule: z.string() });

/** Waits until this very call is held, and gives the name of its hold. */
async function heldFor(scene: Scene, input: string): Promise<string> {
  const find = (events: RecordedEvent[]): string | undefined =>
    events
      .map((event) => holdSchema.safeParse(event).data)
      .filter((hold) => hold?.input.includes(input))
      .at(-1)?.hold;
  await scene.recorded((events) => find(events) !== undefined);
  return find(scene.events()) ?? "";
}

const rulesOf = (scene: Scene, input: string): string[] =>
  scene.events().flatMap((event) => {
    const judged = judgedSchema.safeParse(event).data;
    return judged?.input.includes(input) === true ? [judged.rule] : [];
  });

test(
  "a pattern that the netrunner has allowed for a construct holds on after a kill -9 of the host, and nothing else is allowed by it",
  { timeout: 120_000 },
  async () => {
    const wait = "touch started; sleep 300 & wait";
    await using scene = await openScene({ answer: working([allowed, wait], [allowed, other]) });
    await tell(scene, "spawn", "--detach", "--hold-window", "forever", task);
    await tell(scene, "hold", "allow", await heldFor(scene, allowed), "--pattern");
    await scene.recorded((events) => events.some((event) => judgedSchema.safeParse(event).data?.input.includes(wait)));
    expect(rulesOf(scene, allowed)).toEqual(["hold.allowed"]);

    const { pid } = hostStatusSchema.parse(JSON.parse(await tell(scene, "host", "status", "--json")));
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid), 30_000);
    await tell(scene, "host", "--detach");

    // The one call is not asked about any more; the next one is.
    const hold = await heldFor(scene, other);
    expect(rulesOf(scene, allowed)).toEqual(["hold.allowed", "hold.pattern"]);
    expect(scene.events().filter(({ type }) => type === "hold.opened")).toHaveLength(2);
    await tell(scene, "hold", "deny", hold);
    await scene.recorded((events) => events.at(-1)?.type === "run.closed");
    expect(scene.events().flatMap(({ outcome }) => outcome?.state ?? [])).toEqual(["done"]);
    await tell(scene, "host", "stop");
    expect(remainsOf(scene.folder).filter((line) => !line.includes("sleep 599"))).toEqual([]);
  },
);
