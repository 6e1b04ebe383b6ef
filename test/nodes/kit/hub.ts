import type { Fault } from "../../../src/base/fault.ts";
import { pause } from "../../../src/base/clock.ts";
import type { HubBounds } from "../../../src/nodes/hub/bounds.ts";
import type { Hub, Link, Strange } from "../../../src/nodes/hub/hub.ts";
import { openHub } from "../../../src/nodes/hub/open-hub.ts";
import { readHubAccess, type HubSettings } from "../../../src/nodes/hub/settings.ts";
import type { NatsServer } from "./nats.ts";

/** A hub of a test, and what it has told. */
export interface TestHub extends AsyncDisposable {
  hub: Hub;
  links: Link[];
  strange: Strange[];
  troubles: Fault[];
}

/** Shorter than those of a real fleet, so that a test need not wait long. */
export const quick: Partial<HubBounds> = {
  reconnectMs: 100,
  pingMs: 1000,
  jobSilenceMs: 1000,
  entryMs: 1500,
  queueBytes: 4_000_000,
  thingsBytes: 8_000_000,
  thingBytes: 6_000_000,
};

export async function hubOf(
  server: NatsServer,
  me: string,
  {
    bounds = {},
    settings = {},
    env = {},
  }: { bounds?: Partial<HubBounds>; settings?: Partial<HubSettings>; env?: Record<string, string> } = {},
): Promise<TestHub> {
  const links: Link[] = [];
  const strange: Strange[] = [];
  const troubles: Fault[] = [];
  const hub = await openHub({
    me,
    access: await readHubAccess({ urls: [server.url], fleet: "test", ...settings }, (name) => env[name]),
    bounds: { ...quick, ...bounds },
    onLink: (link) => links.push(link),
    onStrange: (one) => strange.push(one),
    onTrouble: (fault) => troubles.push(fault),
  });
  return { hub, links, strange, troubles, [Symbol.asyncDispose]: () => hub.close() };
}

/** Waits until it holds; fails with what was looked at when that takes too long. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  shown: () => unknown = () => "",
  boundMs = 20_000,
): Promise<void> {
  const bound = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > bound) throw new Error(`it did not come about: ${JSON.stringify(shown())}`);
    await pause(10);
  }
}
