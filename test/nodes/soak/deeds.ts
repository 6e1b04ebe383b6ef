import { pause } from "../../../src/base/clock.ts";
import { unreachable } from "../../../src/base/fault.ts";
import { end, type SoakNode, type SoakScene } from "./scene.ts";

/** What is done to a fleet. */
export const deedNames = ["node", "host", "server", "server lost", "cut", "long cut", "zombie"] as const;
export type DeedName = (typeof deedNames)[number];

/** Of those that take long, only nodes are touched, and the rest of the fleet goes on meanwhile. */
export const isLong = (deed: DeedName): boolean => deed === "long cut" || deed === "zombie";

/** Longer than the lease of a fleet: what was on the node is given up meanwhile, milliseconds. */
const beyondLeaseMs = 40_000;

/** Cut off or standing still for longer than a lease: a node that is started behind a cut link says so and ends. */
const away = new WeakSet<SoakNode>();

/** Does one thing to a fleet and puts it right again after a while. False: there was nothing to be done to. */
export async function doDeed(deed: DeedName, scene: SoakScene, random: () => number): Promise<boolean> {
  const there = scene.nodes.filter((one) => !away.has(one));
  const node = there[Math.floor(random() * there.length)];
  if (node === undefined) return false;
  switch (deed) {
    case "node":
      await node.kill();
      await pause(random() * 2000);
      await node.start();
      return true;
    case "host": {
      const status = await scene.hostStatus();
      if (!end(status?.pid)) return false;
      await pause(random() * 1000);
      await scene.startHost();
      return true;
    }
    case "server":
    case "server lost":
      await scene.server.kill();
      await pause(random() * 2000);
      await scene.server.restart({ store: deed === "server" ? "kept" : "lost" });
      return true;
    case "cut":
      return cutFor(node, 1000 + random() * 4000);
    case "long cut":
      away.add(node);
      await cutFor(node, beyondLeaseMs);
      return away.delete(node);
    case "zombie":
      away.add(node);
      node.signal("SIGSTOP");
      await pause(beyondLeaseMs);
      node.signal("SIGCONT");
      return away.delete(node);
    default:
      return unreachable(deed);
  }
}

async function cutFor({ link }: SoakNode, ms: number): Promise<true> {
  link.cut();
  await pause(ms);
  link.mend();
  return true;
}
