import { describe, expect, test } from "vitest";
import { mostAge } from "../../../src/engine/pool/plan.ts";
import { cabinet } from "../../cabinet/cabinet.ts";
import { aSpec, anOwner, lonePool, type LonePool } from "./lone-pool.ts";

const gigabytes = (n: number): number => n * 1024 ** 3;

const takeAndEnd = async ({ pool }: LonePool, parts: Parameters<typeof aSpec>[0] = {}): Promise<boolean> => {
  const { session, isWarm } = await pool.take(aSpec(parts), anOwner());
  await session.stop("hard");
  return isWarm;
};

const pidOf = (lone: LonePool): number => lone.bodies("pool.ready")[0]?.pid ?? Number.NaN;

describe("the warm pool", () => {
  test("starts nothing before it is opened, nor beyond the starts that constructs leave, nor what nobody could use", async () => {
    await using lone = await lonePool({ size: 3 });
    lone.keepUp({ starts: 0 });
    expect(lone.bodies("pool.started")).toEqual([]);
    lone.keepUp({ starts: 2, useful: 1 });
    expect(lone.bodies("pool.started")).toHaveLength(1);
    await lone.pool.close();
    lone.pool.open();
    lone.keepUp({ starts: 3, useful: 3 });
    expect(lone.bodies("pool.started")).toHaveLength(1);
  });

  test("grows and shrinks with its size, and ends what is too many", async () => {
    await using lone = await lonePool({ size: 1 });
    lone.keepUp();
    await lone.until("pool.ready", 1);
    lone.settings.pool = 3;
    lone.keepUp();
    await lone.until("pool.ready", 3);
    lone.settings.pool = 1;
    lone.keepUp();
    await lone.until("pool.ended", 2);
    expect(lone.bodies("pool.ended").map(({ why }) => why)).toEqual(["surplus", "surplus"]);
    expect(lone.pool.ready).toBe(1);
    lone.settings.pool = 0;
    lone.keepUp();
    await lone.until("pool.ended", 3);
    expect(lone.alive()).toEqual([]);
  });

  test("lets nothing of a spare run that has no owner, and nothing of it is left after close, also of one that starts", async () => {
    await using lone = await lonePool({ size: 2 });
    lone.keepUp({ starts: 1 });
    await lone.until("pool.ready", 1);
    lone.keepUp({ starts: 1 });
    expect(lone.pool.starting).toBe(1);
    await lone.pool.close();
    expect(lone.bodies("pool.ended").map(({ why }) => why)).toEqual(["closed", "closed"]);
    expect(lone.alive()).toEqual([]);
    expect([lone.pool.ready, lone.pool.starting]).toEqual([0, 0]);
  });

  test("replaces a spare that has died, and says how it died", async () => {
    await using lone = await lonePool();
    lone.keepUp();
    await lone.until("pool.ready", 1);
    process.kill(pidOf(lone), "SIGKILL");
    await lone.until("pool.ended", 1);
    expect(lone.bodies("pool.ended")).toMatchObject([{ why: "died", detail: "signal SIGKILL" }]);
    // It was young: the next try is a second away.
    lone.pass(1100);
    await lone.until("pool.ready", 2);
    expect(await takeAndEnd(lone)).toBe(true);
  });

  test("finds out by itself that a spare does not answer any more", async () => {
    await using lone = await lonePool({ answerMs: 1000 });
    lone.keepUp();
    await lone.until("pool.ready", 1);
    process.kill(pidOf(lone), "SIGSTOP");
    lone.pass(60_000);
    await lone.until("pool.ended", 1);
    expect(lone.bodies("pool.ended")).toMatchObject([
      { why: "unanswered", detail: expect.stringContaining("did not answer") },
    ]);
  });

  test("gives a construct an agent of its own when the only spare does not answer, and ends that", async () => {
    await using lone = await lonePool({ answerMs: 1000 });
    lone.keepUp();
    await lone.until("pool.ready", 1);
    process.kill(pidOf(lone), "SIGSTOP");
    expect(await takeAndEnd(lone)).toBe(false);
    await lone.until("pool.ended", 1);
    expect(lone.bodies("pool.missed")).toMatchObject([{ construct: "cx-00000001", reason: "aim" }]);
    expect(lone.bodies("pool.ended")).toMatchObject([{ why: "aim" }]);
    expect(lone.alive()).toEqual([]);
  });

  test("never gives a construct a dead spare, even one whose end nobody has heard of yet", async () => {
    await using lone = await lonePool({ size: 2 });
    lone.keepUp();
    await lone.until("pool.ready", 2);
    process.kill(pidOf(lone), "SIGKILL");
    // Its exit is read in a later turn of the event loop than this.
    expect(await takeAndEnd(lone)).toBe(true);
    expect(lone.bodies("pool.hit")[0]?.spare).not.toBe(lone.bodies("pool.ready")[0]?.spare);
  });

  test("counts as a miss what no spare can do, with its reason, and keeps the spare", async () => {
    await using lone = await lonePool({
      needs: ({ profile }) => (profile === "local" ? "it loads the project's own memory" : undefined),
    });
    lone.keepUp();
    await lone.until("pool.ready", 1);
    expect(lone.pool.suits(aSpec({ profile: "local" }))).toBe(false);
    expect(await takeAndEnd(lone, { profile: "local" })).toBe(false);
    expect(lone.bodies("pool.missed")).toMatchObject([
      { reason: "needs", detail: "it loads the project's own memory" },
    ]);
    expect(lone.pool.ready).toBe(1);
  });

  test("starts no successor in the burst in which spares are taken, and one after it", async () => {
    await using lone = await lonePool();
    lone.keepUp();
    await lone.until("pool.ready", 1);
    expect(await takeAndEnd(lone)).toBe(true);
    lone.keepUp();
    expect(lone.bodies("pool.started")).toHaveLength(1);
    lone.pass(800);
    await lone.until("pool.ready", 2);
  });

  test("lets old spares go, and rests until the next construct comes", async () => {
    await using lone = await lonePool();
    lone.keepUp();
    await lone.until("pool.ready", 1);
    lone.pass(mostAge);
    await lone.until("pool.ended", 1);
    expect(lone.bodies("pool.ended")).toMatchObject([{ why: "expired" }]);
    lone.keepUp();
    expect(lone.bodies("pool.started")).toHaveLength(1);
    expect(await takeAndEnd(lone)).toBe(false);
    expect(lone.bodies("pool.missed")).toMatchObject([{ reason: "empty" }]);
    lone.pass(800);
    lone.keepUp();
    await lone.until("pool.ready", 2);
  });

  test("gives memory back when the machine is short of it, and takes none that is needed", async () => {
    await using lone = await lonePool({ size: 2 });
    lone.memory.of = { free: gigabytes(0.6), total: gigabytes(8) };
    lone.keepUp();
    expect(lone.bodies("pool.started")).toEqual([]);
    lone.memory.of = { free: gigabytes(7), total: gigabytes(8) };
    lone.keepUp();
    await lone.until("pool.ready", 2);
    lone.memory.of = { free: gigabytes(0.4), total: gigabytes(8) };
    lone.pass(60_000);
    await lone.until("pool.ended", 2);
    expect(lone.bodies("pool.ended").map(({ why }) => why)).toEqual(["memory", "memory"]);
    expect(lone.alive()).toEqual([]);
  });

  test("tries agents that do not come up less and less often, says so once, and constructs go on without it", async () => {
    await using lone = await lonePool({ claudeBin: cabinet("dies-at-once") });
    for (const [tries, wait] of [1000, 2000, 4000, 8000].entries()) {
      lone.keepUp();
      await lone.until("pool.ended", tries + 1);
      lone.pass(wait - 1);
      lone.keepUp();
      expect(lone.bodies("pool.started")).toHaveLength(tries + 1);
      lone.pass(1);
    }
    await lone.until("pool.ended", 5);
    expect(new Set(lone.bodies("pool.ended").map(({ why }) => why))).toEqual(new Set(["failed"]));
    const warnings = lone.bodies("deck.warned");
    expect(warnings).toMatchObject([
      { code: "pool.failing", message: expect.stringContaining("tried again in 4.0 s") },
    ]);
  });
});
