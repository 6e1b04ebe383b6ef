#!/usr/bin/env node
// Long-winded, but within its rights: one message of a megabyte, on one line.
import { answer, serve } from "./agent.mjs";

serve({ task: (agent) => answer(agent, "m".repeat(2 ** 20)) });
