// A node in a process of its own with a lease that a test can wait for. Arguments: URL, name, data folder, milliseconds of the lease.
// Tells its events as lines of JSON; SIGTERM ends it.
import { homedir } from "node:os";
import { openNode } from "../../../src/bin/open-node.ts";
import { leaseTimes } from "../../../src/nodes/lease.ts";

const [url = "", name = "", data = "", leaseMs = ""] = process.argv.slice(2);
const ms = Number(leaseMs);
const around = { env: process.env, cwd: process.cwd(), homeDir: homedir(), version: "0" };
const node = await openNode(
  {
    hub: { urls: [url], fleet: "test" },
    name,
    data,
    pool: "p",
    labels: [],
    slots: 2,
    warm: 0,
    offline: false,
    sandbox: "off",
    workspace: "shared",
  },
  (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  around,
  { times: leaseTimes(ms, 0.05, ms / 3) },
);
process.on("SIGTERM", () => node.end());
const { proven } = await node.closed;
process.exit(proven ? 0 : 1);
