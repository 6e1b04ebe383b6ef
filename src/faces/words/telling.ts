import type { Style } from "./style.ts";

/** An event in words. */
export interface Telling {
  /** Whom it is about: a construct's id, "daemon", "run", "deck". */
  who: string;
  word: string;
  text: string;
  style: Style;
  /** Worth a permanent line above the live block, which shows the rest by itself. */
  lasting: boolean;
}

/** Told while it is new. */
export const passing = (who: string, word: string, text: string): Telling => ({
  who,
  word,
  text,
  style: "plain",
  lasting: false,
});

/** Worth a permanent line. */
export const lasting = (who: string, word: string, text: string, style: Style): Telling => ({
  who,
  word,
  text,
  style,
  lasting: true,
});
