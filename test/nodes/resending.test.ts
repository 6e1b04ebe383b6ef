import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { incoming, outgoing } from "../../src/nodes/numbered.ts";
import { resending, type Again, type Heard } from "../../src/nodes/resending.ts";
import { resender } from "../../src/nodes/resender.ts";
import type { Address } from "../../src/nodes/wire/letters.ts";
import { handClock } from "../kit/hand-clock.ts";

const times = { firstMs: 1000, mostMs: 10_000, most: 32 };
const count = ({ after, upTo }: Again): number => upTo - after;

/** One that has said so much, and to whom nobody answers. */
function silent(letters: number): ReturnType<typeof resending> {
  const one = resending(times);
  for (let n = 1; n <= letters; n += 1) one.said(n, 0);
  return one;
}

/** What is said again until then, as nothing is heard. */
function said(one: ReturnType<typeof resending>, until: number): { at: number; letters: number }[] {
  const all: { at: number; letters: number }[] = [];
  for (let now = one.at; now <= until; now = one.at) {
    const again = one.due(now);
    if (again === undefined) throw new Error("it is due, and there is nothing");
    all.push({ at: now, letters: count(again) });
  }
  return all;
}

describe("what is not acknowledged", () => {
  test("is not all said again to one that is silent: one letter, after a second, two, four, eight, and then every ten", () => {
    expect(said(silent(500), 36_000)).toEqual([1, 2, 4, 8, 16, 26, 36].map((s) => ({ at: s * 1000, letters: 1 })));
  });

  test("is said again from the beginning on when the link is back: one letter asks, and what the answer does not count follows, so much in one go", () => {
    const one = silent(100);
    expect(said(one, 20_000).length).toBe(5);
    one.up(20_000);
    const first = one.due(20_000);
    expect(first).toMatchObject({ after: 0, upTo: 1 });
    const second = one.told({ taken: 0, heard: 1, answers: first?.asks }, 20_010);
    expect(second).toMatchObject({ after: 1, upTo: 33 });
    // What it acknowledges besides is no answer.
    expect(one.told({ taken: 20 }, 20_020)).toBeUndefined();
    const third = one.told({ taken: 20, heard: 33, answers: second?.asks }, 20_030);
    expect(third).toMatchObject({ after: 33, upTo: 65 });
    // An answer that is old, or comes twice, is none either.
    expect(one.told({ taken: 33, heard: 40, answers: second?.asks }, 20_040)).toBeUndefined();
    expect(one.told({ taken: 100 }, 20_050)).toBeUndefined();
    expect(one.at).toBe(Infinity);
  });

  test("is not said again because the other side goes on slowly: it is behind, and is waited for longer", () => {
    const one = silent(10);
    expect(one.told({ taken: 3 }, 900)).toBeUndefined();
    expect(one.at).toBe(900 + 1800);
    one.said(11, 1000);
    expect(one.told({ taken: 9 }, 2000)).toBeUndefined();
    expect(one.told({ taken: 11 }, 5000)).toBeUndefined();
    one.said(12, 5000);
    expect(one.at).toBe(5000 + 8000);
  });

  test("is said again at once where the other side tells a gap, but once for each hole until its time is over", () => {
    const one = silent(50);
    expect(one.told({ taken: 3, heard: 5, gap: 9 }, 10)).toMatchObject({ after: 5, upTo: 8 });
    expect(one.told({ taken: 4, heard: 5, gap: 9 }, 20)).toBeUndefined();
    expect(one.due(one.at)).toMatchObject({ after: 5, upTo: 6 });
    expect(one.told({ taken: 4, heard: 5, gap: 50 }, 3000)).toMatchObject({ after: 5, upTo: 37 });
    expect(one.told({ taken: 4, heard: 9, gap: 11 }, 3010)).toMatchObject({ after: 9, upTo: 10 });
    // A word that is older than another one tells of no gap that is still there.
    expect(one.told({ taken: 4, heard: 7, gap: 9 }, 3020)).toBeUndefined();
    expect(one.told({ taken: 4, heard: 12, gap: 99 }, 3030)).toBeUndefined();
  });

  test("is asked for by its oldest letter alone where all of it was heard and the other side has not dealt with it yet", () => {
    const one = silent(50);
    expect(one.told({ taken: 3, heard: 50 }, 10)).toBeUndefined();
    const asking = one.due(one.at);
    expect(asking).toMatchObject({ after: 3, upTo: 4 });
    expect(one.told({ taken: 3, heard: 50, answers: asking?.asks }, 2000)).toBeUndefined();
    expect(one.due(one.at)).toMatchObject({ after: 3, upTo: 4 });
  });

  test("stays where somebody acknowledges what was never said, or says an old word again", () => {
    const one = silent(2);
    expect(one.told({ taken: 9 }, 10)).toBeUndefined();
    expect(one.told({ taken: 0, heard: 9 }, 10)).toBeUndefined();
    expect(one.due(1000)).toMatchObject({ after: 0, upTo: 1 });
    one.told({ taken: 1 }, 1010);
    one.told({ taken: 0 }, 1020);
    expect(one.due(one.at)).toMatchObject({ after: 1, upTo: 2 });
  });

  test("is not said again early because more is said", () => {
    const one = silent(1);
    one.said(2, 900);
    expect(one.due(999)).toBeUndefined();
    expect(one.at).toBe(1000);
  });

  test("is taken once and in order in the end, whatever the link loses, repeats and reorders, and the loss is no avalanche", () => {
    const fate = record({ way: constantFrom("lost", "once", "twice"), ms: integer({ min: 1, max: 400 }) });
    const step = record({ fate, ms: integer({ min: 0, max: 300 }), isUp: boolean() });
    assert(
      property(integer({ min: 1, max: 60 }), array(step, { maxLength: 300 }), (letters, steps) => {
        const world = linkOf(steps.map((one) => one.fate));
        for (const { ms, isUp } of steps.slice(0, letters)) {
          world.say();
          world.pass(ms);
          if (isUp && ms % 50 === 0) world.up();
        }
        while (world.saidCount < letters) world.say();
        // The worst: ten waits in a row, each as long as one may be, for each fate that is bad.
        world.pass(steps.length * 10_000 + 60_000);
        expect(world.taken).toEqual(Array.from({ length: letters }, (_, index) => index + 1));
        expect(world.isQuiet).toBe(true);
        expect(world.mostAtOnce).toBeLessThanOrEqual(times.most);
      }),
      { numRuns: 200 },
    );
  });
});

/** Both ends of a conversation, a link that does to each letter what is next of its fates (later ones arrive), and a clock. */
function linkOf(fates: readonly { way: "lost" | "once" | "twice"; ms: number }[]) {
  const out = outgoing<number>();
  const into = incoming<number>(0, 10);
  const again = resending(times);
  const taken: number[] = [];
  let [now, saidCount, used, mostAtOnce] = [0, 0, 0, 0];
  let isGapTold = false;
  let onTheWay: { at: number; arrive: () => void }[] = [];
  const carry = (arrive: () => void): void => {
    const { way, ms } = fates[used] ?? { way: "once", ms: 1 };
    used += 1;
    if (way !== "lost") onTheWay.push({ at: now + ms, arrive });
    if (way === "twice") onTheWay.push({ at: now + 2 * ms, arrive });
  };
  const answer = (word: Heard): void =>
    carry(() => {
      out.taken(word.taken);
      post(again.told(word, now));
    });
  const send = (n: number, asks?: number): void =>
    carry(() => {
      const before = into.taken;
      taken.push(...into.take({ n, body: n }));
      const isGap = into.waiting > 0;
      if (into.taken > before) isGapTold = false;
      if (asks !== undefined || n <= into.taken || (isGap && !isGapTold))
        answer({ taken: into.taken, gap: into.next, answers: asks });
      isGapTold = isGap;
    });
  const post = (go: Again | undefined): void => {
    if (go === undefined) return;
    mostAtOnce = Math.max(mostAtOnce, count(go));
    for (const { n } of out.pending) if (n > go.after && n <= go.upTo) send(n, n === go.upTo ? go.asks : undefined);
  };
  return {
    say() {
      saidCount += 1;
      const { n } = out.push(saidCount);
      again.said(n, now);
      send(n);
    },
    up: () => again.up(now),
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        const next = Math.min(again.at, ...onTheWay.map(({ at }) => at));
        if (next > until) break;
        now = Math.max(now, next);
        const due = onTheWay.filter(({ at }) => at <= now);
        onTheWay = onTheWay.filter(({ at }) => at > now);
        for (const { arrive } of due) arrive();
        post(again.due(now));
      }
      now = until;
    },
    taken,
    get saidCount() {
      return saidCount;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    get isQuiet() {
      return out.pending.length === 0 && onTheWay.length === 0 && again.at === Infinity;
    },
  };
}

describe("the conversations of one side", () => {
  const to = (index: number): Address => ({ session: `cx-${index}`, epoch: 1, boot: "b" });

  test("are said again when each is due, no more than so much in one go of all of them, and all of them in the end", () => {
    const clock = handClock();
    const goes: string[][] = [];
    let go: string[] = [];
    const own = resender({ clock, times, most: 10, restMs: 50, say: ({ session }) => go.push(session) });
    for (let index = 0; index < 25; index += 1) own.said(to(index), 1);
    for (const ms of [999, 1, 49, 1, 50, 100]) {
      clock.pass(ms);
      goes.push(go);
      go = [];
    }
    expect(goes.map(({ length }) => length)).toEqual([0, 10, 0, 10, 5, 0]);
    expect(new Set(goes.flat()).size).toBe(25);
    own.close();
  });

  test("are said again at once when the link is up, and not any more once they are over", () => {
    const clock = handClock();
    const again: string[] = [];
    const own = resender({
      clock,
      times,
      say: ({ session }, { after, upTo }) => again.push(`${session} ${after}-${upTo}`),
    });
    for (const index of [1, 2, 3]) for (const n of [1, 2, 3]) own.said(to(index), n);
    own.told(to(2), { taken: 3 });
    own.forget(to(3));
    own.up();
    clock.pass(1);
    expect(again).toEqual(["cx-1 0-1"]);
    own.close();
    clock.pass(20_000);
    expect(again.length).toBe(1);
  });

  test("hear nothing of one that they do not have", () => {
    const clock = handClock();
    const own = resender({ clock, times, say: () => expect.unreachable() });
    own.told(to(1), { taken: 0, gap: 3 });
    own.up();
    clock.pass(20_000);
    own.close();
  });
});
