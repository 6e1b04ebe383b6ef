#!/usr/bin/env node
// Is there, answers control requests, and never a word to what it is told.
import { serve } from "./agent.mjs";

serve({ task: () => undefined });
