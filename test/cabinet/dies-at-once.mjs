#!/usr/bin/env node
// Exits with code 1 before it has said anything, with the reason on stderr.
process.stderr.write("Error: the imitation has no licence to run\n");
process.exit(1);
