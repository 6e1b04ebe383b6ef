import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer, type NatsServer } from "../kit/nats.ts";

const script = join(import.meta.dirname, "../kit/taker-process.ts");
const jobSchema = z.object({ n: z.int() });

/** A process of its own that takes jobs, and the ids of those that it has told of. */
function taker(server: NatsServer, name: string, slots: number): { child: ChildProcess; ids: string[] } {
  const child = spawn(process.execPath, [script, server.url, name, String(slots)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ids: string[] = [];
  createInterface({ input: child.stdout }).on("line", (id) => ids.push(id));
  return { child, ids };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

describe.each(theServer("takers that die"))("takers on %s", () => {
  test("that are killed lose their jobs to others: none is lost, and the ones that live keep theirs", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    for (let n = 0; n < 12; n += 1) await host.hub.jobs.offer("p", { id: `j${n}`, body: { n } });
    const doomed = taker(server, "doomed", 5);
    const steady = taker(server, "steady", 5);
    await until(
      () => doomed.ids.length === 5 && steady.ids.length === 5,
      () => [doomed.ids, steady.ids],
    );
    await kill(doomed.child);
    const heir: { id: string; delivery: number }[] = [];
    const taking = await host.hub.jobs.take("p", jobSchema, 100);
    const read = async (): Promise<void> => {
      for await (const job of taking.jobs) {
        heir.push(job);
        await job.done();
      }
    };
    const reading = read();
    await until(
      () => heir.length >= 7,
      () => heir,
    );
    taking.stop();
    await reading;
    const ids = heir.map(({ id }) => id);
    expect([...ids, ...steady.ids].sort()).toEqual(Array.from({ length: 12 }, (_, n) => `j${n}`).sort());
    expect(
      heir
        .filter(({ delivery }) => delivery === 2)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(doomed.ids.sort());
  });

  test("that are stopped for a while, and wake, find that others have their jobs", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    const zombie = taker(server, "zombie", 1);
    await until(() => zombie.ids.length === 1);
    zombie.child.kill("SIGSTOP");
    const taking = await host.hub.jobs.take("p", jobSchema, 1);
    const job = await firstOf(taking.jobs);
    expect([job?.id, job?.delivery]).toEqual(["a", 2]);
    zombie.child.kill("SIGCONT");
    expect(await job?.done()).toBe(true);
    expect((await host.hub.health()).queue.waiting).toBe(0);
  });
});

async function firstOf<T>(all: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of all) return one;
  return undefined;
}
