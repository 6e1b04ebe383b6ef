import { describe, expect, test } from "vitest";
import { addressesIn } from "../../../src/faces/cli/flags/hub-flags.ts";
import { run, stand } from "./test-world.ts";

test("addresses of one cluster are separated by commas", () => {
  expect(addressesIn(" nats://a:1, nats://b:2,")).toEqual(["nats://a:1", "nats://b:2"]);
});

const hubs = [
  "nats://me:s3cret@a:1",
  "me:s3cret@a:1",
  "nats://s3cret/x@a:1",
  "nats://me:p,s3cret@a:1",
  "nats://a:1/s3cret",
];
const commands = [
  ["run", "--embedded", "x"],
  ["spawn", "--embedded", "x"],
  ["host", "serve"],
  ["doctor"],
  ["node", "--pool", "p", "--slots", "1"],
];

describe("an address of a hub with a secret in it", () => {
  test.each(commands.flatMap((command) => hubs.map((hub) => [command.join(" "), hub, command] as const)))(
    "is refused by %s (%s) before anything hears of it, and not repeated",
    async (_, hub, command) => {
      const none = (): Promise<never> => Promise.reject(new Error("it was heard of"));
      const world = stand([...command, "--hub", hub], none, { startNode: none, examine: none });
      const { code, out, err } = await run(world);
      expect([code, err]).toEqual([2, expect.stringContaining("docs/hub.md")]);
      expect(out + err).not.toContain("s3cret");
      expect(world.opened).toEqual([]);
    },
  );
});
