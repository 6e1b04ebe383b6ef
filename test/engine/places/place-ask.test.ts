import { describe, expect, test } from "vitest";
import { askedPlace, type PlaceAsks } from "../../../src/engine/place-ask.ts";
import type { Places } from "../../../src/engine/placing.ts";

const places = (...pools: string[]): Places => ({
  draw: () => () => true,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
  list: () => pools.map((name) => ({ name, labels: [] })),
});

const asks = (change: Partial<PlaceAsks>): PlaceAsks => ({ fixed: {}, ...change });

describe("where a construct is to run", () => {
  test("is what the first says who says anything: the netrunner of this one, of all, the daemon, the profile", () => {
    const all = {
      netrunner: { pool: "one" },
      fixed: { labels: ["two"] },
      daemon: { pool: "big" },
      profile: { pool: "four", labels: ["four"] },
    };
    const at = places("big");
    expect(askedPlace(all, at)).toEqual({ ok: true, on: { pool: "one" } });
    expect(askedPlace({ ...all, netrunner: {} }, at)).toEqual({ ok: true, on: { labels: ["two"] } });
    expect(askedPlace({ ...all, netrunner: undefined, fixed: {} }, at)).toEqual({ ok: true, on: { pool: "big" } });
    expect(askedPlace(asks({ daemon: { labels: [] }, profile: all.profile }), at)).toEqual({
      ok: true,
      on: { pool: "four", labels: ["four"] },
    });
    expect(askedPlace(asks({}), at)).toEqual({ ok: true });
  });

  test("is refused where the deck has its own machine alone, whoever wants another one", () => {
    for (const who of ["netrunner", "fixed", "daemon", "profile"] as const)
      for (const ask of [{ pool: "gpu" }, { labels: ["cuda"] }, { pool: "here", labels: ["cuda"] }])
        expect(askedPlace(asks({ [who]: ask }), undefined)).toMatchObject({ ok: false, rule: "place.none" });
    expect(askedPlace(asks({ daemon: { pool: "here" } }), undefined)).toEqual({ ok: true, on: { pool: "here" } });
  });

  test("is refused for labels of this machine, which has none, where there are others, too", () => {
    const refused = {
      ok: false,
      rule: "place.none",
      reason: expect.stringContaining("this machine has no label cuda"),
    };
    for (const at of [undefined, places("gpu")])
      expect(askedPlace(asks({ netrunner: { pool: "here", labels: ["cuda"] } }), at)).toEqual(refused);
  });

  test("is refused to a daemon that names a pool of which nothing is up, and it is told which there are", () => {
    expect(askedPlace(asks({ daemon: { pool: "gpus" } }), places("gpu", "big"))).toEqual({
      ok: false,
      rule: "place.unknown",
      reason: 'there is no pool "gpus"; there are: gpu, big, and "here"',
    });
    expect(askedPlace(asks({ daemon: { pool: "gpu" } }), places())).toMatchObject({ ok: false });
    expect(askedPlace(asks({ daemon: { pool: "here" } }), places())).toMatchObject({ ok: true });
  });

  test("is waited for where the netrunner or a profile names a pool of which nothing is up", () => {
    expect(askedPlace(asks({ netrunner: { pool: "gpu" } }), places())).toMatchObject({ ok: true });
    expect(askedPlace(asks({ profile: { pool: "gpu" } }), places())).toMatchObject({ ok: true });
  });
});
