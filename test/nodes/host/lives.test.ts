import { describe, expect, test } from "vitest";
import { livesOf } from "../../../src/nodes/host/lives.ts";
import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import { handClock } from "../../kit/hand-clock.ts";

function counting() {
  const clock = handClock();
  const begun: string[] = [];
  const ends: string[] = [];
  const gone: Promise<boolean>[] = [];
  const proven: string[] = [];
  const lives = livesOf({
    host: "h-2",
    times: { hostMs: 1000 },
    clock,
    onBegun: (node, boot) => begun.push(`${node} ${boot}`),
    proofMs: 300,
    onGivenUp(node, boot, why, isGone) {
      ends.push(`${node} ${boot} ${why}`);
      gone.push(isGone);
    },
    onProven: (node, boot) => proven.push(`${node} ${boot}`),
  });
  const renew = (node: string, boot: string, host: string | null = null, data?: string) =>
    lives.renew(node, { wire: nodeWireVersion, boot, host, data });
  return { clock, begun, ends, gone, proven, lives, renew };
}

describe("the lives of nodes on which a host counts", () => {
  test("begin with the first lease, once, and are counted on as long as they renew", () => {
    const { clock, begun, ends, lives, renew } = counting();
    expect(lives.nodeOf("b-1")).toBeUndefined();
    expect(renew("one", "b-1")).toEqual({ isGranted: true, host: "h-2" });
    for (let times = 0; times < 5; times += 1) {
      clock.pass(900);
      expect(renew("one", "b-1", "h-2")).toMatchObject({ isGranted: true });
    }
    expect(lives.nodeOf("b-1")).toBe("one");
    expect(lives.leftMs("b-1")).toBe(1000);
    expect({ begun, ends }).toEqual({ begun: ["one b-1"], ends: [] });
  });

  test("are given up when nothing is heard for a lease, without being asked, and never counted on again", () => {
    const { clock, ends, lives, renew } = counting();
    renew("one", "b-1");
    clock.pass(500);
    renew("two", "b-2");
    clock.pass(502);
    expect(ends).toEqual(["one b-1 given_up"]);
    expect(renew("one", "b-1", "h-2")).toMatchObject({ isGranted: false, why: "its lease is over" });
    expect(renew("one", "b-1")).toMatchObject({ isGranted: false });
    expect(lives.nodeOf("b-1")).toBeUndefined();
    expect(lives.nodeOf("b-2")).toBe("two");
    clock.pass(500);
    expect(ends).toEqual(["one b-1 given_up", "two b-2 given_up"]);
  });

  test("are refused when they began under an earlier life of the host, or were never granted a lease by it", () => {
    const { begun, renew } = counting();
    expect(renew("one", "b-1", "h-1")).toMatchObject({ isGranted: false, host: "h-2" });
    expect(renew("one", "b-1", "h-2")).toMatchObject({ isGranted: false });
    expect(begun).toEqual([]);
  });

  test("are refused to another node, which changes nothing for the one whose life it is", () => {
    const { begun, lives, renew } = counting();
    renew("one", "b-1");
    expect(renew("two", "b-1", "h-2")).toMatchObject({ isGranted: false, why: "it is the life of another node" });
    expect(lives.nodeOf("b-1")).toBe("one");
    expect(begun).toEqual(["one b-1"]);
  });

  test("are over at once when the node has begun another one in the same folder, and not when only its name is the same", () => {
    const { begun, ends, lives, renew } = counting();
    renew("one", "b-1", null, "folder-1");
    renew("one", "b-2", null, "folder-2");
    renew("two", "b-3", null, "folder-1");
    renew("one", "b-4");
    expect(ends).toEqual([]);
    renew("one", "b-5", null, "folder-1");
    expect(ends).toEqual(["one b-1 begun_anew"]);
    expect(begun.at(-1)).toBe("one b-5");
    expect(renew("one", "b-1", "h-2", "folder-1")).toMatchObject({ isGranted: false });
    expect(["b-2", "b-3", "b-4", "b-5"].map((boot) => lives.nodeOf(boot))).toEqual(["one", "two", "one", "one"]);
    // It is said again and again, and once is enough.
    renew("one", "b-5", "h-2", "folder-1");
    expect(ends.length).toBe(1);
  });

  test("are over at once when they have said farewell, and a next life of the node is another one", () => {
    const { ends, lives, renew } = counting();
    renew("one", "b-1");
    lives.left("b-1");
    lives.left("b-1");
    expect(ends).toEqual(["one b-1 left"]);
    expect(renew("one", "b-1", "h-2")).toMatchObject({ isGranted: false });
    expect(renew("one", "b-2")).toMatchObject({ isGranted: true });
  });

  test("are proven to be gone when they said farewell, and when the next one began in their folder", async () => {
    const { gone, lives, renew, proven } = counting();
    renew("one", "b-1", null, "folder-1");
    lives.left("b-1");
    renew("one", "b-2", null, "folder-1");
    renew("one", "b-3", null, "folder-1");
    expect(await Promise.all(gone)).toEqual([true, true]);
    expect(proven).toEqual([]);
  });

  test("that were given up are proven to be gone as soon as the next one begins in their folder", async () => {
    const { clock, gone, proven, renew } = counting();
    renew("one", "b-1", null, "folder-1");
    clock.pass(1002);
    clock.pass(290);
    renew("one", "b-2", null, "folder-1");
    expect(await Promise.all(gone)).toEqual([true]);
    expect(proven).toEqual([]);
  });

  test.each([
    ["nobody comes", []],
    ["another node comes", [["two", "folder-1"]]],
    ["one comes with the same name in another folder", [["one", "folder-2"]]],
    ["one comes that tells no folder", [["one", undefined]]],
  ] as const)("that were given up are not proven to be gone when %s", async (_, comers) => {
    const { clock, gone, proven, renew } = counting();
    renew("one", "b-1", null, "folder-1");
    clock.pass(1002);
    for (const [index, [node, data]] of comers.entries()) renew(node, `c-${index}`, null, data);
    clock.pass(300);
    expect(await Promise.all(gone)).toEqual([false]);
    expect(proven).toEqual([]);
  });

  test("that were given up are told to be gone when that is proven after all, once", async () => {
    const { clock, gone, proven, renew } = counting();
    renew("one", "b-1", null, "folder-1");
    clock.pass(1002);
    clock.pass(60_000);
    expect(await Promise.all(gone)).toEqual([false]);
    renew("one", "b-2", null, "folder-1");
    renew("one", "b-3", null, "folder-1");
    expect(proven).toEqual(["one b-1"]);
  });

  test("that told no folder are never proven to be gone, and nobody waits for that", async () => {
    const { clock, gone, renew } = counting();
    renew("one", "b-1");
    clock.pass(1002);
    expect(await Promise.all(gone)).toEqual([false]);
  });

  test("are waited for no more when the host ends", async () => {
    const { clock, gone, lives, renew } = counting();
    renew("one", "b-1", null, "folder-1");
    clock.pass(1002);
    lives.close();
    expect(await Promise.all(gone)).toEqual([false]);
  });
});
