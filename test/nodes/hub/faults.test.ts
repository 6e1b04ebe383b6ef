import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/nats-core";
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

test("a certificate that nobody here knows names the flag and the setting, and not what Node has for its command line", () => {
  const words = "unable to verify the first certificate";
  const advice = "; if the root CA is installed locally, try running Node.js with --use-system-ca";
  const error = Object.assign(new Error(`${words}${advice}`), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  expect(hubFault(error, "could not open it")).toMatchObject({
    code: "hub.tls",
    message: `could not open it: no secure connection came about (${words})`,
    hint: expect.stringMatching(/tls\.ca in hub\.json \(--tls-ca\)/),
  });
});

test("what a login may not do says that the login may be for another name or fleet", () => {
  const error = new errors.PermissionViolationError("no", "subscription", "_INBOX.cd.main.x1.a");
  expect(hubFault(error, "could not open it")).toMatchObject({
    code: "hub.not_permitted",
    message: expect.stringContaining("to hear _INBOX.cd.main.x1.a"),
    hint: expect.stringMatching(/another node's name or another fleet: compare --user with --name and --fleet/),
  });
});
