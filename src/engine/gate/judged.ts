import type { Effect } from "../../policy/brake/effect.ts";
import type { Judgement } from "../../protocol/verdict.ts";

/** What the brake says to a call, and what it thinks that the call would do. */
export interface Judged extends Judgement {
  effects: readonly Effect[];
}
