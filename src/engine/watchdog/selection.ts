import type { DeckEvent } from "../../protocol/event.ts";
import { eventLine } from "../../protocol/event-line.ts";
import { bytesOf, frameLines, showLine, type FrameParts, type RecordLine } from "./frame.ts";

/** Events of a run that may belong into an answer, by why; each list has the most useful ones first. */
export interface Candidates {
  /** Of the constructs that the question is about, newest first. */
  own: readonly DeckEvent[];
  /** In whose texts the words of the question are. */
  hits: readonly DeckEvent[];
  /** What belongs to the kind of question, newest first. */
  kinds: readonly DeckEvent[];
  /** What happened last, newest first. */
  last: readonly DeckEvent[];
}

export interface SelectionParts extends FrameParts {
  candidates: Candidates;
  /** How many events the run has. */
  count: number;
}

/** What the watchdog is shown. */
export interface Selection {
  text: string;
  bytes: number;
  /** The sequence numbers that begin its lines, rising. */
  seqs: number[];
}

/** The most bytes of the record that one question takes. */
export const recordBytes = 48 * 1024;

/** The frame takes no more of it than this share. */
const frameShare = 0.45;

/**
 * Chooses what the watchdog is shown of a log of any length: the frame, then events by turns from each list of candidates, as far
 * as the bytes go, in the order of time. Pure.
 */
export function selectRecord(parts: SelectionParts, limit = recordBytes): Selection {
  const { view, candidates, count } = parts;
  const frame = frameLines(parts, Math.floor(limit * frameShare));
  let used = bytesOf(frame) + noteBytes;
  const taken = new Map<number, RecordLine>();
  for (const event of inTurn(candidates)) {
    if (taken.has(event.seq)) continue;
    const line = { seq: null, text: eventLine(event, view.openedAt) };
    const bytes = bytesOf([line]);
    if (used + bytes > limit) break;
    taken.set(event.seq, line);
    used += bytes;
  }
  const order = [...taken.keys()].toSorted((a, b) => a - b);
  const note =
    order.length === 0
      ? `EVENTS: none of ${count} are shown.`
      : `EVENTS (${order.length} of ${count}, chosen for the question, in order of time; the others are left out):`;
  const lines = [...frame.map(showLine), note, ...order.map((seq) => taken.get(seq)?.text ?? "")];
  const text = lines.join("\n");
  const cited = frame.flatMap(({ seq }) => (seq === null ? [] : [seq]));
  const seqs = [...new Set([...cited, ...order])].toSorted((a, b) => a - b);
  return { text, bytes: Buffer.byteLength(text), seqs };
}

/** For the line above the events. */
const noteBytes = 160;

/** By turns: two of the constructs' own, two hits, one of the kind, one of the last, and again. */
function* inTurn({ own, hits, kinds, last }: Candidates): Generator<DeckEvent> {
  const [ours, found, fitting, latest] = [own.values(), hits.values(), kinds.values(), last.values()];
  const turns = [ours, found, fitting, ours, found, latest];
  for (let isAny = true; isAny;) {
    isAny = false;
    for (const list of turns) {
      const { done, value } = list.next();
      if (done === true) continue;
      isAny = true;
      yield value;
    }
  }
}
