/** What a piece of text means; how that looks is decided by the face that shows it. */
export type Style = "plain" | "faint" | "strong" | "good" | "bad" | "warning" | "busy" | "alarm";
