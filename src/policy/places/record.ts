/** What the deck itself writes into a run's folder. */
export const record = ["events.ndjson", "report.md", "transcripts"];
