import type { ConstructView } from "../../../protocol/view.ts";
import { unheardWord } from "../../words/unheard.ts";
import { shortTime } from "../fleet/figures.ts";

/** Since when nothing is heard of a construct's place; empty: it is. */
export const unheardText = ({ unheard }: ConstructView, now: number): string =>
  unheard === undefined ? "" : `${unheardWord(unheard)} for ${shortTime(now - unheard.since)}`;
