#!/usr/bin/env node
// Does its work, and then stays: neither the end of its input nor SIGTERM or SIGINT moves it.
import { serve } from "./agent.mjs";

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
setInterval(() => undefined, 60_000);
serve({ end: () => undefined });
