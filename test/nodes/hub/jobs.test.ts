import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Job, Taking } from "../../../src/nodes/hub/hub.ts";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

const jobSchema = z.object({ n: z.int() });
type Work = z.infer<typeof jobSchema>;

/** Reads what is taken into a list. */
function collect(taking: Taking<Work>): Job<Work>[] {
  const got: Job<Work>[] = [];
  const read = async (): Promise<void> => {
    for await (const job of taking.jobs) got.push(job);
  };
  void read();
  return got;
}

describe.each(theServer("the work queue"))("the work queue on %s", () => {
  test("gives each job to one taker, no more at a time than there are slots", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    await using other = await hubOf(server, "n2");
    for (let n = 0; n < 10; n += 1) await host.hub.jobs.offer("big", { id: `j${n}`, body: { n } });
    const first = collect(await node.hub.jobs.take("big", jobSchema, 3));
    await until(() => first.length === 3);
    const second = collect(await other.hub.jobs.take("big", jobSchema, 100));
    await until(() => second.length === 7);
    const all = [...first, ...second].map(({ body }) => body.n).sort((a, b) => a - b);
    expect(all).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await Promise.all([...first, ...second].map((job) => job.done()))).toEqual(all.map(() => true));
    expect((await host.hub.health()).queue.waiting).toBe(0);
  });

  test("gives a slot the next job when the one before is done", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const got = collect(await host.hub.jobs.take("p", jobSchema, 1));
    for (let n = 0; n < 5; n += 1) await host.hub.jobs.offer("p", { id: `j${n}`, body: { n } });
    for (let n = 0; n < 5; n += 1) {
      await until(() => got.length === n + 1);
      expect(got[n]?.body.n).toBe(n);
      await got[n]?.done();
    }
  });

  test("gives no job of another pool", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const got = collect(await host.hub.jobs.take("small", jobSchema, 10));
    await host.hub.jobs.offer("big", { id: "a", body: { n: 1 } });
    await host.hub.jobs.offer("small", { id: "a", body: { n: 2 } });
    await until(() => got.length > 0);
    expect(got.map(({ body }) => body.n)).toEqual([2]);
  });

  test("takes the same offer once, as long as it waits, is at work, or was just done", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const offer = () => host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    expect(await Promise.all([offer(), offer(), offer()])).toContainEqual({ isNew: true });
    expect(await offer()).toEqual({ isNew: false });
    const got = collect(await host.hub.jobs.take("p", jobSchema, 10));
    await until(() => got.length === 1);
    expect(await offer()).toEqual({ isNew: false });
    await got[0]?.done();
    expect(await offer()).toEqual({ isNew: false });
    expect((await host.hub.health()).queue.waiting).toBe(0);
  });

  test("takes an offer once for as long as its job is in the queue, also when the ids of those that are done are forgotten", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: { jobMemoryMs: 200 } });
    const offer = async (id: string) => (await host.hub.jobs.offer("p", { id, body: { n: 1 } })).isNew;
    expect(await offer("a")).toBe(true);
    await offer("b");
    await host.hub.jobs.withdraw("p", "b");
    await until(() => offer("b"));
    expect(await offer("a")).toBe(false);
  });

  test("gives a job to another when its taker is silent, and says how often it was given", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const node = await hubOf(server, "n1");
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    const first = collect(await node.hub.jobs.take("p", jobSchema, 1));
    await until(() => first.length === 1);
    // Its connection goes, and nothing is said of the job any more.
    await node.hub.close();
    const second = collect(await host.hub.jobs.take("p", jobSchema, 1));
    await until(() => second.length === 1);
    expect([first[0]?.delivery, second[0]?.delivery, second[0]?.id]).toEqual([1, 2, "a"]);
  });

  test("does not let a taker who was silent for too long end or return what somebody else has by now", async () => {
    await using server = await startNats();
    // Long enough that a busy machine does not make the owner a silent one too.
    const bounds = { jobSilenceMs: 3000 };
    await using host = await hubOf(server, "host", { bounds });
    await using node = await hubOf(server, "n1", { bounds });
    await using third = await hubOf(server, "n2", { bounds });
    for (const id of ["a", "b"]) await host.hub.jobs.offer("p", { id, body: { n: 1 } });
    const late = collect(await node.hub.jobs.take("p", jobSchema, 2));
    await until(() => late.length === 2);
    const owner = collect(await host.hub.jobs.take("p", jobSchema, 2));
    const says = setInterval(() => owner.forEach((job) => job.working()), 200);
    onTestFinished(() => clearInterval(says));
    await until(() => owner.length === 2);
    const others = collect(await third.hub.jobs.take("p", jobSchema, 2));
    late[0]?.working();
    expect(await late[0]?.done()).toBe(false);
    late[1]?.back();
    expect((await host.hub.health()).queue.waiting).toBe(2);
    expect(await Promise.all(owner.map((job) => job.done()))).toEqual([true, true]);
    expect([others.map(({ id }) => id), (await host.hub.health()).queue.waiting]).toEqual([[], 0]);
  });

  test("keeps a job with a taker who says that it works, for longer than the silence that is allowed", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    await host.hub.jobs.offer("p", { id: "works", body: { n: 1 } });
    const mine = collect(await node.hub.jobs.take("p", jobSchema, 1));
    await until(() => mine.length === 1);
    const says = setInterval(() => mine[0]?.working(), 200);
    // The one that is silent shows that the time is over in which a job is given out again.
    const others = collect(await host.hub.jobs.take("p", jobSchema, 2));
    await host.hub.jobs.offer("p", { id: "silent", body: { n: 2 } });
    await until(() => others.filter(({ id }) => id === "silent").length === 2);
    clearInterval(says);
    expect(others.map(({ id }) => id)).toEqual(["silent", "silent"]);
    expect(await mine[0]?.done()).toBe(true);
  });

  test("gives a job that was given back to the next, at once or later", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    const got = collect(await host.hub.jobs.take("p", jobSchema, 1));
    await until(() => got.length === 1);
    got[0]?.back();
    await until(() => got.length === 2);
    got[1]?.back(50);
    await until(() => got.length === 3);
    expect(got.map(({ delivery }) => delivery)).toEqual([1, 2, 3]);
  });

  test("gives none to a taker without slots, or who has stopped; what it has can still be ended", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const taking = await node.hub.jobs.take("p", jobSchema, 5);
    const got = collect(taking);
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    await until(() => got.length === 1);
    taking.setSlots(0);
    await host.hub.jobs.offer("p", { id: "b", body: { n: 2 } });
    expect(await got[0]?.done()).toBe(true);
    taking.stop();
    const others = collect(await host.hub.jobs.take("p", jobSchema, 5));
    await until(() => others.length === 1);
    expect([got.map(({ id }) => id), others.map(({ id }) => id)]).toEqual([["a"], ["b"]]);
  });

  test("takes a job out that nobody shall have", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    await host.hub.jobs.offer("p", { id: "ab", body: { n: 2 } });
    expect(await host.hub.jobs.withdraw("p", "a")).toBe(true);
    expect(await host.hub.jobs.withdraw("p", "a")).toBe(false);
    const got = collect(await host.hub.jobs.take("p", jobSchema, 5));
    await until(() => got.length === 1);
    expect(got[0]?.id).toBe("ab");
  });

  test("gives up a job that nobody gets done, tells of it, and has it no more", async () => {
    await using server = await startNats();
    const bounds = { jobDeliveries: 3 };
    await using host = await hubOf(server, "host", { bounds });
    const givenUp: unknown[] = [];
    host.hub.jobs.onGivenUp((job) => givenUp.push(job));
    await host.hub.jobs.offer("p", { id: "poison", body: { n: 1 } });
    const got = collect(await host.hub.jobs.take("p", jobSchema, 1));
    for (let n = 0; n < 3; n += 1) {
      await until(() => got.length === n + 1);
      got[n]?.back();
    }
    await until(() => givenUp.length === 1);
    expect(givenUp).toEqual([{ pool: "p", id: "poison", deliveries: 3 }]);
    expect((await host.hub.health()).queue.waiting).toBe(0);
  });

  test("does not hand out a job of other words, and tells of it", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.jobs.offer("p", { id: "odd", body: { n: "one" } });
    const got = collect(await host.hub.jobs.take("p", jobSchema, 1));
    await until(() => host.strange.length > 0);
    expect([got, host.strange[0]?.why]).toEqual([[], expect.stringContaining("job odd")]);
  });

  test("refuses a job that is too large, and one for which there is no room, and says what to do", async () => {
    await using server = await startNats();
    const bounds = { jobBytes: 20_000, queueBytes: 100_000 };
    await using host = await hubOf(server, "host", { bounds });
    const body = (length: number) => ({ n: 1, text: "a".repeat(length) });
    await expect(host.hub.jobs.offer("p", { id: "large", body: body(20_000) })).rejects.toMatchObject({
      code: "hub.job_too_large",
      hint: expect.stringContaining("store of things"),
    });
    const offer = async (): Promise<number> => {
      for (let n = 0; ; n += 1) await host.hub.jobs.offer("p", { id: `j${n}`, body: body(10_000) });
    };
    await expect(offer()).rejects.toMatchObject({
      code: "hub.full",
      kind: "storage",
      hint: expect.stringContaining("room"),
    });
    const full = (await host.hub.health()).queue;
    expect(full.usedBytes).toBeLessThanOrEqual(full.limitBytes);
    expect(full.waiting).toBeGreaterThan(5);
    await host.hub.jobs.withdraw("p", "j0");
    expect(await host.hub.jobs.offer("p", { id: "again", body: body(10_000) })).toEqual({ isNew: true });
  });

  test("keeps what it has taken over a kill of the server, and its takers go on", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const got = collect(await node.hub.jobs.take("p", jobSchema, 1000));
    const taken: string[] = [];
    const offerAll = async (): Promise<void> => {
      for (let n = 0; n < 200; n += 1) {
        const id = `j${n}`;
        await until(async () => {
          try {
            await host.hub.jobs.offer("p", { id, body: { n } });
            return true;
          } catch {
            // It is away. The same offer again is no other job.
            return false;
          }
        });
        taken.push(id);
      }
    };
    const offering = offerAll();
    await until(() => taken.length > 50);
    await server.kill();
    await server.restart();
    await offering;
    const ids = () => new Set(got.map(({ id }) => id));
    await until(
      () => ids().size === 200,
      () => ids().size,
    );
    expect(taken.filter((id) => !ids().has(id))).toEqual([]);
  });

  test("gives out what comes when the server has come back while the queue was empty, and counts anew", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const done: string[] = [];
    const { jobs } = await node.hub.jobs.take("p", jobSchema, 2);
    const work = async (): Promise<void> => {
      for await (const job of jobs) if (await job.done()) done.push(job.id);
    };
    void work();
    const offer = async (id: string): Promise<boolean> => {
      try {
        return (await host.hub.jobs.offer("p", { id, body: { n: 1 } })).isNew;
      } catch {
        // The server is away.
        return false;
      }
    };
    for (let n = 0; n < 10; n += 1) await host.hub.jobs.offer("p", { id: `before-${n}`, body: { n } });
    await until(() => done.length === 10);
    // As a server leaves it that has run for some minutes: of an empty queue nothing is on disk, of its consumers all.
    const { pid } = server;
    process.kill(pid, "SIGTERM");
    await until(() => !existsSync(`/proc/${pid}/exe`));
    rmSync(join(server.folder, "store/jetstream/$G/streams/CD_test_JOBS/msgs"), { recursive: true });
    await server.restart();
    for (const id of ["after-1", "after-2"]) await until(() => offer(id));
    await until(
      () => done.length === 12,
      () => done,
    );
    expect(done.slice(10).toSorted()).toEqual(["after-1", "after-2"]);
    expect(node.troubles.filter(({ code }) => code !== "hub.unreachable")).toEqual([]);
  });

  test("is put in place again on a server that has lost its store, and works", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const got = collect(await host.hub.jobs.take("p", jobSchema, 5));
    await host.hub.jobs.offer("p", { id: "a", body: { n: 1 } });
    await until(() => got.length === 1);
    await server.kill();
    await server.restart({ store: "lost" });
    await until(async () => {
      try {
        return (await host.hub.jobs.offer("p", { id: "b", body: { n: 2 } })).isNew;
      } catch {
        // Not yet.
        return false;
      }
    });
    await until(
      () => got.length === 2,
      () => host.troubles.map(({ message }) => message),
    );
    expect(got.map(({ id, delivery }) => `${id} ${delivery}`)).toEqual(["a 1", "b 1"]);
  });
});
