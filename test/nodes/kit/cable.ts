import { spawnSync } from "node:child_process";
import { startRelay } from "./relay.ts";

/** A network of its own with one cable to this one: what runs in there reaches a server of here through that alone. */
export interface Cable extends AsyncDisposable {
  /** What stands before a command that is to run in there. */
  readonly before: string[];
  /** The server, as it is reached from in there. */
  readonly url: string;
  /** Nothing gets through any more in these directions, and nobody is told. */
  cut(what?: "both" | "in" | "out"): void;
  mend(): void;
}

/** For `describe.each`: cables, or nothing where networks cannot be made: that takes Linux, root and iproute2. */
export function theCable(what: string): string[] {
  const name = `deck-try-${process.pid}`;
  const canMake = process.getuid?.() === 0 && spawnSync("ip", ["netns", "add", name]).status === 0;
  if (canMake) {
    spawnSync("ip", ["netns", "del", name]);
    return ["a cable"];
  }
  process.stderr.write(`\nNO NETWORK CAN BE MADE HERE, so nothing is tested of "${what}"\n`);
  return [];
}

/** An address of the hardware that nobody has: what is sent there is lost. */
const nobody = "02:00:00:00:00:99";

export async function layCable(port: number): Promise<Cable> {
  const name = `deck-${process.pid}`;
  const [near, far] = [`dn${process.pid}`, `df${process.pid}`];
  const net = `10.77.${process.pid % 250}`;
  const [host, node] = [`${net}.1`, `${net}.2`];
  await using undo = new AsyncDisposableStack();
  ip("netns", "add", name);
  undo.defer(() => void ip("netns", "del", name));
  const inside = (...args: string[]): string => ip("-n", name, ...args);
  inside("link", "set", "lo", "up");
  ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
  // Both ends are gone when this returns, and their names are free.
  undo.defer(() => void ip("link", "del", near));
  ip("addr", "add", `${host}/30`, "dev", near);
  inside("addr", "add", `${node}/30`, "dev", far);
  ip("link", "set", near, "up");
  inside("link", "set", far, "up");
  const relay = undo.use(await startRelay(port, host));
  const macOf = (shown: string): string => /link\/ether (\S+)/.exec(shown)?.[1] ?? nobody;
  const [nearMac, farMac] = [macOf(ip("link", "show", near)), macOf(inside("link", "show", far))];
  const aim = (toNode: string, toHost: string): void => {
    ip("neigh", "replace", node, "lladdr", toNode, "dev", near, "nud", "permanent");
    inside("neigh", "replace", host, "lladdr", toHost, "dev", far, "nud", "permanent");
  };
  const closing = undo.move();
  return {
    before: ["ip", "netns", "exec", name],
    url: relay.url,
    cut(what = "both") {
      aim(what === "out" ? farMac : nobody, what === "in" ? nearMac : nobody);
    },
    mend: () => aim(farMac, nearMac),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function ip(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
  return stdout;
}
