#!/usr/bin/env node
// An agent that runs the command that its task names, in a session of its own as the real one does, and never comes to an end.
import { spawn } from "node:child_process";
import { begin, serve } from "./agent.mjs";

serve({
  task(agent, text) {
    begin(agent);
    const command = /^RUN: (.*)$/m.exec(text)?.[1] ?? "true";
    spawn("/bin/sh", ["-c", command], { detached: true, stdio: "ignore" });
  },
});
