import { expect, test } from "vitest";
import { say } from "../../src/offline/reply.ts";
import { bearersOf } from "../kit/deck.ts";
import { driverScene } from "./scene.ts";

test("two nodes on one machine that have agents of one construct end each its own alone", async () => {
  await using scene = await driverScene(() => say("Done."));
  const open = (place: string) => scene.driver({ place }).open({ ...scene.spec, id: "cx-0d0d0d0d" });
  const [late, other] = await Promise.all(["/one:1", "/two:2"].map(open));
  if (late === undefined || other === undefined) throw new Error("there are two");
  expect(await late.stop("hard")).toEqual({ proven: true, survivors: [] });
  expect(other.signal.aborted).toBe(false);
  expect(bearersOf("cx-0d0d0d0d").map((line) => Number.parseInt(line, 10))).toEqual([other.pid]);
  expect(await other.stop("hard")).toEqual({ proven: true, survivors: [] });
  expect(bearersOf("cx-0d0d0d0d")).toEqual([]);
});
