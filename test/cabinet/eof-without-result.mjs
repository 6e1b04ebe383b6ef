#!/usr/bin/env node
// Closes stdout in the middle of a turn and lives on, until its input ends.
import { closeSync } from "node:fs";
import { begin, say, serve } from "./agent.mjs";

serve({
  task(agent) {
    begin(agent);
    say(agent, "I have something to");
    closeSync(1);
  },
});
