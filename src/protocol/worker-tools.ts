/** The agent's own tools that constructs are offered: all of them the same, so that the provider's cache is shared. */
export const workerTools = [
  "Bash",
  "Read",
  "Write",
  "Edit",
  "Glob",
  "Grep",
  "WebSearch",
  "WebFetch",
  "TodoWrite",
] as const;

/** How the tools of the deck's own server are called: what a construct shows to the netrunner with them changes nothing. */
export const deckTools = "mcp__deck__";
