import { expect, test } from "vitest";
import { block, call, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { until } from "../process/workbench.ts";
import { openScene, type Running, type Scene } from "./command-line.ts";
import { remainsOf } from "./remains.ts";

const isRecorded = (scene: Scene, wanted: string): Promise<void> =>
  scene.recorded((events) => events.some(({ type }) => type === wanted));

const shows = (face: Running, words: string): Promise<void> => until(() => face.output().includes(words), 60_000);

/** Ends the host; nothing of it may be left. */
async function stopHost(scene: Scene): Promise<void> {
  const stopping = await scene.inGroup(["host", "stop"]);
  expect(await stopping.ended).toBe(0);
  expect(remainsOf(scene.folder).filter((line) => !line.includes("sleep 599"))).toEqual([]);
}

test("a terminal that joins a run is asked at once about the call that is held in it, and its answer counts", async () => {
  await using scene = await openScene({
    answer: ({ toolResults }) =>
      toolResults.length === 0 ? call("Bash", { command: "npm publish" }) : say("Asked and answered."),
  });
  const start = await scene.inGroup(["spawn", "--detach", "--set", "hold_window=forever", "push it"]);
  expect([await start.ended, start.output()]).toEqual([0, expect.any(String)]);
  await isRecorded(scene, "hold.opened");
  const face = scene.inTerminal(["run", "--resume", "last"]);
  await shows(face, "HELD FOR YOU");
  await shows(face, "npm publish");
  await shows(face, "your answer>");
  face.type("d not today\r");
  expect(await face.ended).toBe(0);
  const closed = scene.events().find(({ type }) => type === "hold.closed");
  expect(closed).toMatchObject({ end: "deny", note: "not today" });
  // Asked once, and not again for what it had joined.
  expect(face.output().split("HELD FOR YOU").length).toBe(2);
  await stopHost(scene);
});

test("a terminal that joins a run whose daemon waits is asked what it had asked, unless it says something by itself", async () => {
  await using scene = await openScene({
    answer: (request) =>
      isDaemon(request)
        ? request.lastUserText.includes("blue")
          ? block({ status: "done", chat: "Blue it is." })
          : block({ status: "waiting", chat: "Which colour do you want?" })
        : say("{}"),
  });
  const goal = ["--detach", "--set", "tripwire_author=off", "Paint it."];
  for (const resume of [
    ["run", "--resume", "last"],
    ["run", "--resume", "last", "--say", "blue"],
  ]) {
    const start = await scene.inGroup(["run", ...goal]);
    expect([await start.ended, start.output()]).toEqual([0, expect.any(String)]);
    await isRecorded(scene, "run.waiting");
    const face = scene.inTerminal(resume);
    if (!resume.includes("--say")) {
      await shows(face, "WAITING FOR YOU");
      await shows(face, "Which colour do you want?");
      await shows(face, "your answer>");
      face.type("blue\r");
    }
    expect(await face.ended).toBe(0);
    expect(face.output()).toContain("Blue it is.");
    expect(face.output().includes("your answer>")).toBe(!resume.includes("--say"));
  }
  await stopHost(scene);
});
