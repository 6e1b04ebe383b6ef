import { describe, expect, test } from "vitest";
import { driveRun } from "../../../src/faces/cli/drive-run.ts";
import type { Port } from "../../../src/host/port.ts";
import { usualPatience } from "../../../src/faces/cli/stopping.ts";
import type { OpenDeck } from "../../../src/faces/cli/world.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { driveOf } from "./drive.ts";
import { runId, scriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

/** The start of a run is told of after this long, milliseconds. */
const slowMs = 700;

describe("a start that takes its time", () => {
  /** What is on stderr of a run whose deck is there after so many milliseconds. */
  async function told(ms: number, { mode = "host", json = false, interrupted = false } = {}): Promise<string> {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    const clock = handClock();
    const world = stand([], () => {
      if (interrupted) world.raise("SIGINT");
      clock.pass(ms);
      return Promise.resolve(deck);
    });
    const drive = driveOf(deck, { mode: mode === "host" ? "host" : "write", json });
    await driveRun(world, drive, clock, { ...usualPatience, closeMs: 0 });
    return world.err;
  }

  test("is told of while it lasts, and whether it is the host that is waited for", async () => {
    expect(await told(slowMs)).toContain("getting the host ready…");
    expect(await told(slowMs, { mode: "embedded" })).toContain("getting the deck ready…");
  });

  test("is not told of when it was quick, with --json, or when the netrunner has stopped it meanwhile", async () => {
    expect(await told(slowMs - 1)).not.toContain("ready…");
    expect(await told(slowMs, { json: true })).toBe("");
    const stopped = await told(slowMs, { interrupted: true });
    expect(stopped).toContain("stopping as soon as the deck is open…");
    expect(stopped).not.toContain("ready…");
  });

  test("counts the opening of the run in the deck, too, and ends with it", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.emit("netrunner.said", { text: "hello" }) });
    const clock = handClock();
    const world = stand([], deck);
    const drive = driveOf(deck, { mode: "host" });
    const ended = driveRun(world, drive, clock, usualPatience);
    await expect.poll(() => world.err).toContain("hello");
    clock.pass(slowMs);
    deck.stage().close("done");
    expect(await ended).toBe(0);
    expect(world.err).not.toContain("ready…");
  });
});

describe("a host in which something is open already", () => {
  const other = "run-20261122-090000-0000";

  /** A host in which these runs are open before, and which is asked for its runs so often. */
  function busy(...open: string[]): { deck: OpenDeck; asked: () => number } {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    let asked = 0;
    const port: Port = {
      ...deck.port,
      async send(command) {
        const reply = await deck.port.send(command);
        if (command.type !== "runs.open") return reply;
        asked += 1;
        return { ...reply, runs: open.map((id) => ({ run: id })) };
      },
    };
    return { deck: { port, close: () => deck.close() }, asked: () => asked };
  }

  test("is told with what is open, and where to look", async () => {
    const { err, code } = await run(stand(["run", "goal"], busy(other, `${other.slice(0, -1)}1`).deck));
    expect(code).toBe(0);
    expect(err).toContain(`also open in the host: ${other}, ${other.slice(0, -1)}1 (cyberdeck ls)`);
  });

  test("is not told where only this very run is open, nor with --json, nor without a host", async () => {
    expect((await run(stand(["run", "goal"], busy(runId).deck))).err).not.toContain("also open");
    expect((await run(stand(["run", "goal", "--json"], busy(other).deck))).err).not.toContain("also open");
    const embedded = busy(other);
    expect((await run(stand(["run", "goal", "--embedded"], embedded.deck))).err).not.toContain("also open");
    expect(embedded.asked()).toBe(0);
  });
});
