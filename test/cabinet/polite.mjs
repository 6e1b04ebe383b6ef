#!/usr/bin/env node
// Does what the real agent does, at once.
import { serve } from "./agent.mjs";

serve();
