import { say } from "../../src/offline/reply.ts";
import { openHubHost, type HubHost } from "../../test/nodes/kit/hub-host.ts";
import { until } from "../../test/nodes/kit/hub.ts";
import { startNats } from "../../test/nodes/kit/nats.ts";
import { openNodeScene, type NodeScene } from "../../test/nodes/kit/node-process.ts";
import { medianOf, type Bench } from "../measurement.ts";

export const hubOpen: Bench = {
  name: "hub.open",
  about: "from the opening of a session on a node to its agent's first answer: cold, and with an agent kept ready",
  async run({ emit, progress, rounds }) {
    const cold = await opened("cold", 0, rounds, progress);
    const warm = await opened("warm", 1, rounds, progress);
    const note = "the real agent in a process of its own, with a scripted model";
    emit(medianOf("hub.open.cold", "ms", cold, note));
    emit(medianOf("hub.open.warm", "ms", warm, note));
    emit(
      medianOf(
        "hub.open.ratio",
        "ratio",
        cold.map((ms, round) => (warm[round] ?? Number.NaN) / ms),
        "warm to cold",
      ),
    );
  },
};

/** How long each of so many sessions took on a node of its own, one after the other, milliseconds. */
async function opened(
  what: string,
  spares: number,
  rounds: number,
  progress: (text: string) => void,
): Promise<number[]> {
  await using server = await startNats();
  await using host = await openHubHost(server, { node: "node-a" });
  await using scene = await openNodeScene(server, () => say("Here."));
  const node = scene.node("node-a", "--warm", String(spares));
  await node.told("lease.granted");
  // The first one makes the place ready, and has the agent's files read.
  await once(host, scene, "cx-first");
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    progress(`${what}: ${round + 1} of ${rounds}`);
    await until(
      () => host.nodes.get("node-a")?.warm === spares,
      () => node.events.slice(-5),
      60_000,
    );
    times.push(await once(host, scene, `cx-${round}`));
  }
  node.signal("SIGTERM");
  await node.ended;
  return times;
}

async function once(host: HubHost, scene: NodeScene, id: string): Promise<number> {
  const spec = scene.specOf(id, {
    gate: () => Promise.resolve({ decision: "deny", rule: "bench", reason: "nothing is to be called" }),
  });
  const began = performance.now();
  const session = await host.driver.open(spec);
  session.send("Say that you are here.");
  for await (const event of session.events) if (event.type === "turn.ended") break;
  const tookMs = performance.now() - began;
  await session.stop("hard");
  return tookMs;
}
