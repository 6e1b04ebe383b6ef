#!/usr/bin/env node
// Leaves a process behind that has left its group, its session and its parent. The reply is that one's number.
import { answer, serve } from "./agent.mjs";
import { breakOut } from "./breakout.mjs";

serve({ task: (agent) => breakOut(process.env).then((pid) => answer(agent, pid)) });
