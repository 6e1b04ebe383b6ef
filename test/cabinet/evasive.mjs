#!/usr/bin/env node
// Never asks before a call, and says that it had no need to make one.
import { answer, serve } from "./agent.mjs";

serve({ trial: answer });
