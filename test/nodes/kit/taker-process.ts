// A node that takes jobs of the pool p, says which it has, is alive for them, and is never done. Arguments: url, name, slots.
import { z } from "zod";
import { openHub } from "../../../src/nodes/hub/open-hub.ts";
import { quick } from "./hub.ts";

const [url = "", me = "", slots = "1"] = process.argv.slice(2);
const access = { urls: [url], fleet: "test", login: { by: "nothing" as const }, tls: undefined };
const hub = await openHub({ me, access, bounds: quick });
const taking = await hub.jobs.take("p", z.object({ n: z.int() }), Number(slots));
for await (const job of taking.jobs) {
  process.stdout.write(`${job.id}\n`);
  setInterval(() => job.working(), job.silenceMs / 4);
}
