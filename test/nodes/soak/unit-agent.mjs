#!/usr/bin/env node
// An agent that does its unit of work in steps, each of them one call that appends a line with the step and who has done it. As a
// model would, it looks at what is there before each step. What it is to do "for ever" never ends. Its sessions are files in its HOME, so that they can be gone on with.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { begin, finish, serve, useTool } from "../../cabinet/agent.mjs";

const steps = 2;
/** So often does it try a call that is denied: what decides may be away for a moment. */
const mostTries = 100;
const writer = randomUUID().slice(0, 8);
const fileOf = (session) => join(process.env.HOME ?? ".", `unit-session-${session}`);

if (process.argv.includes("--version")) {
  process.stdout.write("2.1.330 (Claude Code)\n");
  process.exit(0);
}
const resumed = process.argv[process.argv.indexOf("--resume") + 1];
if (process.argv.includes("--resume") && !existsSync(fileOf(resumed))) {
  process.stderr.write(`No conversation found with session ID: ${resumed}\n`);
  process.exit(1);
}

serve({
  async task(agent, text) {
    begin(agent);
    if (text.includes("for ever")) await useTool(agent, "Bash", { command: "touch begun; setsid sleep 301 & wait" });
    const file = fileOf(agent.sessionId);
    const told = /unit (\d+-\d+):/.exec(text)?.[1];
    if (told !== undefined && !existsSync(file)) writeFileSync(file, told);
    if (!existsSync(file)) return finish(agent, "There is nothing to do.");
    const unit = readFileSync(file, "utf8");
    for (let tries = 0; doneOf(unit) < steps && tries < mostTries; tries += 1) {
      const command = `echo "${doneOf(unit)} ${writer}" >> unit-${unit}.txt; sleep 0.2`;
      if (!(await useTool(agent, "Bash", { command }))) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    finish(agent, `Unit ${unit} has ${doneOf(unit)} steps.`);
  },
});

function doneOf(unit) {
  const file = `unit-${unit}.txt`;
  if (!existsSync(file)) return 0;
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return new Set(lines.map((line) => line.split(" ")[0])).size;
}
