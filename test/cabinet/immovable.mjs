#!/usr/bin/env node
// Never a word to what it is told, and neither the end of its input nor SIGTERM or SIGINT moves it.
import { serve } from "./agent.mjs";

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
setInterval(() => undefined, 60_000);
serve({ task: () => undefined, end: () => undefined });
