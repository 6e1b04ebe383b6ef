#!/usr/bin/env node
// Claims success without having done anything: takes the task and exits with code 0, no result.
import { serve } from "./agent.mjs";

serve({ task: () => process.exit(0) });
