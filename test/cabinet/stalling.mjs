#!/usr/bin/env node
// Works, but never gets through a trial of the gate.
import { begin, serve } from "./agent.mjs";

serve({ trial: begin });
