import { guard } from "../process/guardian.ts";

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(name, () => "it leaves with the deck, not before");
await guard(process.stdin);
