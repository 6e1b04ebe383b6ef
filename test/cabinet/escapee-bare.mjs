#!/usr/bin/env node
// The same, with a cleared environment: no marker is left in it.
import { answer, serve } from "./agent.mjs";
import { breakOut } from "./breakout.mjs";

serve({ task: (agent) => breakOut({ PATH: "/usr/bin:/bin" }).then((pid) => answer(agent, pid)) });
