#!/usr/bin/env node
// Answers and leaves when told, but a background job that it started keeps stdout and stderr open.
import { spawn } from "node:child_process";
import { answer, serve } from "./agent.mjs";

serve({
  task(agent, text) {
    spawn("sleep", ["600"], { stdio: ["ignore", "inherit", "inherit"], detached: true }).unref();
    answer(agent, text);
  },
});
