#!/usr/bin/env node
// Writes a hundred million bytes to stderr in the middle of a turn. Who does not read them never gets the result.
import { begin, finish, say, serve } from "./agent.mjs";

const megabyte = `${"e".repeat(999_999)}\n`;

serve({
  task(agent, text) {
    begin(agent);
    for (let written = 0; written < 100; written += 1) process.stderr.write(megabyte);
    process.stderr.write("the last words\n");
    say(agent, text);
    finish(agent, text);
  },
});
