// The far end of the hub's benches: nodes in a process of their own. Arguments: url, how many nodes.
import { z } from "zod";
import type { Hub } from "../../src/nodes/hub/hub.ts";
import { openHub } from "../../src/nodes/hub/open-hub.ts";
import { floodSchema } from "./flood.ts";

const [url = "", nodes = "1"] = process.argv.slice(2);
const anything = z.unknown();

for (let n = 1; n <= Number(nodes); n += 1) await start(`n${n}`);
process.stdout.write("ready\n");

async function start(me: string): Promise<void> {
  const access = { urls: [url], fleet: "bench", login: { by: "nothing" as const }, tls: undefined };
  const hub = await openHub({ me, access });
  await hub.registry(anything).enter(`${me}-1`, { slots: 10, used: 0 });
  const { jobs } = await hub.jobs.take("idle", anything, 10);
  const work = async (): Promise<void> => {
    for await (const job of jobs) await job.done();
  };
  void work();
  hub.asking.answer("echo", anything, (body) => body);
  hub.asking.answer("flood", floodSchema, (flood) => void sendAll(hub, flood));
  // The server has our subscriptions when it has answered what was said after them.
  await hub.health();
}

/** As fast as it is taken, or so many at each tick of a millisecond's clock. */
async function sendAll(hub: Hub, { count, bytes, perSecond }: z.infer<typeof floodSchema>): Promise<void> {
  const text = "a".repeat(bytes);
  const began = performance.now();
  for (let n = 0; n < count;) {
    const due =
      perSecond === null ? count : Math.min(count, Math.ceil(((performance.now() - began) / 1000) * perSecond));
    // In pieces, or the process would not hear the server.
    for (const end = Math.min(due, n + 200); n < end;) {
      if (hub.letters.send("host", { n, at: String(process.hrtime.bigint()), text }) !== "sent") break;
      n += 1;
    }
    await new Promise((resolve) => (perSecond === null ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}
