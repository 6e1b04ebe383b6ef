#!/usr/bin/env node
// Begins its work and never ends it: an interrupt is acknowledged, and does nothing. Resumed, it is polite.
import { answer, begin, serve } from "./agent.mjs";

const isResumed = process.argv.some((word) => word.startsWith("--resume"));
const work = (agent) => {
  begin(agent);
  agent.isBusy = false;
};
serve({ task: isResumed ? answer : work });
