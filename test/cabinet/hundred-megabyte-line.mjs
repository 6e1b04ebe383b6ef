#!/usr/bin/env node
// Writes one message of a hundred million bytes on one line, which no reader should have to hold.
import { assistant, begin, finish, serve, wire } from "./agent.mjs";

const megabyte = "h".repeat(1_000_000);

serve({
  task(agent) {
    begin(agent);
    const [head, foot] = wire(agent, assistant(agent, "TEXT")).split("TEXT");
    process.stdout.write(head);
    for (let written = 0; written < 100; written += 1) process.stdout.write(megabyte);
    process.stdout.write(`${foot}\n`);
    finish(agent, "that was long");
  },
});
