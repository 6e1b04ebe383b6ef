import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reserveEpochs } from "../../../src/nodes/host/last-epoch.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

describe("the epochs of a host", () => {
  test("only grow from one life to the next, also when the wall clock goes back", async () => {
    const file = join(temporaryFolder(), "epoch.json");
    const first = await reserveEpochs(file, 1_000_000_000);
    expect(first).toBe(1_000_000_000);
    const second = await reserveEpochs(file, 5);
    const third = await reserveEpochs(file, 1_000_000_001);
    // As many as a life can need lie between.
    expect(second - first).toBeGreaterThanOrEqual(1_000_000);
    expect(third - second).toBeGreaterThanOrEqual(1_000_000);
    expect(await reserveEpochs(file, 9_000_000_000)).toBe(9_000_000_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each(["", "{", '{"reserved": -1}', '{"reserved": "many"}'])(
    "begin with the clock where the file is not one of ours: %j",
    async (text) => {
      const file = join(temporaryFolder(), "epoch.json");
      writeFileSync(file, text);
      expect(await reserveEpochs(file, 77)).toBe(77);
    },
  );
});
