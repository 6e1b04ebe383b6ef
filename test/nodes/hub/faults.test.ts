import { JetStreamApiError } from "@nats-io/jetstream";
import { describe, expect, test } from "vitest";
import { hubFault } from "../../../src/nodes/hub/nats/faults.ts";

const said = (err_code: number, description: string): Error =>
  new Error("it did not go well", { cause: new JetStreamApiError({ code: 400, err_code, description }) });

describe("what the server says about its store", () => {
  test.each([
    [10_014, "consumer not found", "hub.lost", "setup"],
    [10_059, "stream not found", "hub.lost", "setup"],
    [10_077, "maximum messages exceeded", "hub.full", "storage"],
    [10_047, "insufficient storage resources available", "hub.full", "storage"],
    [10_025, "bad request", "hub.jetstream", "setup"],
  ])("%i (%s) is %s", (number, words, code, kind) => {
    expect(hubFault(said(number, words), "could not get it")).toMatchObject({
      code,
      kind,
      message: expect.stringMatching(new RegExp(`^could not get it: .*${words}`)),
    });
  });
});
