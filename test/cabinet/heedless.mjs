#!/usr/bin/env node
// Asks before each call, and runs it whatever it is told.
import { serve, tryGate } from "./agent.mjs";

serve({ trial: (agent, text) => tryGate(agent, text, () => true) });
