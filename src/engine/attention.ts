import { newAttentionId } from "../base/ids.ts";
import type { AttentionEnd, AttentionItem } from "../protocol/attention.ts";
import type { Note } from "./journal.ts";

/** Something that waits for the netrunner, and is on the record until it is over. */
export interface Attention {
  readonly item: string;
  /** Its end; only the first one counts. */
  close(how: AttentionEnd): void;
}

/** Puts something before the netrunner. */
export function raiseAttention(note: Note, about: Omit<AttentionItem, "item">): Attention {
  const item = newAttentionId();
  let isOpen = true;
  note("attention.raised", { item, ...about });
  return {
    item,
    close(how) {
      if (isOpen) note("attention.closed", { item, how });
      isOpen = false;
    },
  };
}
