/** What the scripted model says of itself when it does not understand; the examples are goals that it does understand. */
export const capabilities =
  "This is the scripted offline model, not a real one. With real agents and tools it can count (a text such as TODO, lines, " +
  "words), list files, find the files that contain a text, collect Markdown headings, and compare sizes. Try for " +
  `example: "Count the TODO comments in each file and write a report", or "Summarise the headings of the Markdown files in docs".`;

/** Before the reason, when a construct could not do its task. The planner looks for it. */
export const notDonePrefix = "Not done: ";

/** The last line of a report file and of a construct's own words. */
export const signature = "Made by the scripted offline model; the figures come from real tool calls.";
