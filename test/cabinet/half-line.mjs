#!/usr/bin/env node
// Ends with code 0 in the middle of its result line.
import { begin, result, say, serve, wire } from "./agent.mjs";

serve({
  task(agent, text) {
    begin(agent);
    say(agent, text);
    const line = wire(agent, result(agent, { subtype: "success", is_error: false, result: text }));
    process.stdout.write(line.slice(0, line.length / 2));
    process.exit(0);
  },
});
