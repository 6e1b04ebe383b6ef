import { expect, test } from "vitest";
import { z } from "zod";
import { isWatchdog } from "../../src/offline/watchdog.ts";
import { say, silent } from "../../src/offline/reply.ts";
import { hostStatusSchema } from "../../src/protocol/host.ts";
import { until } from "../process/workbench.ts";
import { openScene, type Scene } from "./command-line.ts";
import { isAlive, remainsOf } from "./remains.ts";

/** A command to its end: what it wrote besides the line of the sentinel. */
async function tell(scene: Scene, ...args: string[]): Promise<string> {
  const told = await scene.inGroup(args);
  expect([await told.ended, told.output()]).toEqual([0, expect.anything()]);
  return told.output().replace(/^sentinel \d+\n/, "");
}

const askSchema = z.looseObject({ question: z.string(), state: z.string(), reason: z.string().nullable() });

/** The history of questions, each with what became of it. */
async function history(scene: Scene): Promise<string[]> {
  const lines = (await tell(scene, "ask", "--history", "--json")).trim().split("\n");
  return lines
    .map((line) => askSchema.parse(JSON.parse(line)))
    .map(({ question, state, reason }) => `${question} ${state}${reason === null ? "" : `: ${reason}`}`);
}

const failedSchema = z.looseObject({ type: z.literal("watchdog.failed"), reason: z.string() });
const failures = (scene: Scene): string[] =>
  scene.events().flatMap((event) => failedSchema.safeParse(event).data?.reason ?? []);

/** Waits until so many questions are before the model. */
const isAsked = (scene: Scene, times: number): Promise<void> =>
  scene.recorded((events) => events.filter(({ type }) => type === "watchdog.started").length === times);

const dead = "the deck that was to answer it has died; ask again";

/** Nobody answers these. */
const openHome = async (): Promise<Scene> => {
  const scene = await openScene({
    answer: (request) => (isWatchdog(request) && !request.lastUserText.includes("quick") ? silent() : say("Done.")),
  });
  await tell(scene, "spawn", "--embedded", "One.");
  return scene;
};

const patience = { timeout: 120_000 };

test(
  "a question whose command was killed is told as unanswered at once, and recorded so by the next one",
  patience,
  async () => {
    await using scene = await openHome();
    const first = await scene.inGroup(["ask", "why one?"]);
    await isAsked(scene, 1);
    // As long as somebody is at it, it is open.
    expect(await history(scene)).toEqual(["why one? open"]);
    first.signal("SIGKILL");
    await first.ended;
    expect(await history(scene)).toEqual([`why one? failed: ${dead}`]);
    expect(failures(scene)).toEqual([]);
    await tell(scene, "ask", "quick?");
    expect(failures(scene)).toEqual([dead]);
    expect(await history(scene)).toEqual([`why one? failed: ${dead}`, "quick? answered"]);
    await until(() => remainsOf(scene.folder).every((line) => line.includes("sleep 599")), 30_000);
  },
);

test(
  "the next host records that nobody answers what the killed one was asked, and leaves alone what others are asked",
  patience,
  async () => {
    await using scene = await openHome();
    const [mine, other] = [await scene.inGroup(["ask", "why other?"]), await scene.inGroup(["host"])];
    await isAsked(scene, 1);
    await until(() => other.output().includes("begins"), 30_000);
    const asking = await scene.inGroup(["ask", "why one?"]);
    await isAsked(scene, 2);
    const { pid } = hostStatusSchema.parse(JSON.parse(await tell(scene, "host", "status", "--json")));
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid), 30_000);
    await asking.ended;
    await tell(scene, "host", "--detach");
    expect(failures(scene)).toEqual([dead]);
    expect(await history(scene)).toEqual(["why other? open", `why one? failed: ${dead}`]);
    mine.signal("SIGINT");
    await mine.ended;
    await tell(scene, "host", "stop");
    await until(() => remainsOf(scene.folder).every((line) => line.includes("sleep 599")), 30_000);
  },
);
