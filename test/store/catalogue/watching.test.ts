import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { watchCatalogues } from "../../../src/store/catalogue/watching.ts";
import { eventually } from "../../kit/deck.ts";
import { boxes, listed, places, things, type Places } from "./places.ts";

const thing = (name: string, say = "hello"): string => `name = "${name}"\nsay = "${say}"\n`;

const told = (all: Places, wanted: string): Promise<boolean> =>
  eventually(
    () => all.told.some((one) => (`change` in one ? `${one.change} ${one.name}` : `refused ${one.name}`) === wanted),
    wanted,
  );

const noProblem = (message: string): never => {
  throw new Error(message);
};

test("edits in a folder that is there are noticed without being asked for", async () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open(things);
  using _watching = watchCatalogues({ catalogues: [catalogue], clock: systemClock, onProblem: noProblem });
  all.write("home/things/a.toml", thing("a", "other"));
  await expect(told(all, "changed a")).resolves.toBe(true);
  all.write("home/things/a.toml", "nonsense");
  await expect(told(all, "refused a")).resolves.toBe(true);
  all.remove("home/things/a.toml");
  await expect(told(all, "removed a")).resolves.toBe(true);
});

test("places and folders that come later are noticed, step by step", async () => {
  using all = places();
  const catalogues = [all.open(things), all.open(boxes), all.open(listed)];
  using _watching = watchCatalogues({ catalogues, clock: systemClock, onProblem: noProblem });
  mkdirSync(join(all.root, "config"));
  mkdirSync(all.user);
  mkdirSync(join(all.user, "things"));
  all.write("config/cyberdeck/things/a.toml", thing("a"));
  await expect(told(all, "added a")).resolves.toBe(true);
  all.write("home/boxes/b/box.toml", thing("b"));
  await expect(told(all, "added b")).resolves.toBe(true);
  all.write("home/boxes/b/box.toml", thing("b", "other"));
  await expect(told(all, "changed b")).resolves.toBe(true);
  all.write("home/things.toml", `[[thing]]\n${thing("c")}`);
  await expect(told(all, "added c")).resolves.toBe(true);
});

test("a folder that is removed and made anew is watched again", async () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  using _watching = watchCatalogues({ catalogues: [all.open(things)], clock: systemClock, onProblem: noProblem });
  rmSync(all.home, { recursive: true });
  await expect(told(all, "removed a")).resolves.toBe(true);
  all.write("home/things/c.toml", thing("c"));
  await expect(told(all, "added c")).resolves.toBe(true);
  // At once: nobody sees it gone.
  rmSync(all.home, { recursive: true });
  all.write("home/things/b.toml", thing("b"));
  await expect(told(all, "added b")).resolves.toBe(true);
  all.write("home/things/b.toml", thing("b", "other"));
  await expect(told(all, "changed b")).resolves.toBe(true);
});

test("an editor that renames over the old file is noticed", async () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  using _watching = watchCatalogues({ catalogues: [all.open(things)], clock: systemClock, onProblem: noProblem });
  for (const say of ["one", "two"]) {
    all.told.length = 0;
    all.write("home/things/.new", thing("a", say));
    renameSync(join(all.home, "things/.new"), join(all.home, "things/a.toml"));
    await expect(told(all, "changed a")).resolves.toBe(true);
  }
});

test("after its end nothing is noticed any more, but a look still sees it", async () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const [ended, other] = [all.open(things), places()];
  using second = other;
  const watching = watchCatalogues({ catalogues: [ended], clock: systemClock, onProblem: noProblem });
  watching[Symbol.dispose]();
  using _other = watchCatalogues({ catalogues: [second.open(things)], clock: systemClock, onProblem: noProblem });
  all.write("home/things/a.toml", thing("a", "late"));
  // Written after it: what watches has had its chance when this one is noticed.
  second.write("home/things/b.toml", thing("b"));
  await expect(told(second, "added b")).resolves.toBe(true);
  expect(all.told).toEqual([]);
  ended.look();
  expect(all.told).toHaveLength(1);
});
