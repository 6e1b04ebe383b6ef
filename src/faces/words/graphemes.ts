/** What a reader takes for the characters of a text, one after the other. */
export const graphemesOf = (text: string): Iterable<Grapheme> =>
  joining.test(text) ? segmenter().segment(text) : Array.from(text, (segment, index) => ({ segment, index }));

/** A piece of a text, and where it begins. */
export type Grapheme = Pick<Intl.SegmentData, "segment" | "index">;

/** All but the commonest characters of one unit that never join another: Latin, lines and signs, Han, kana, whole Hangul syllables. */
const joining =
  /[^\x20-\x7e\u00c0-\u024f\u2013\u2014\u2018-\u201d\u2022\u2026\u2190-\u2193\u2500-\u257f\u3001-\u3020\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4db5\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]/;

/** Made when the first text needs it: that takes 5 ms, which most commands and the first frames do without. */
const segmenter = once(() => new Intl.Segmenter("en", { granularity: "grapheme" }));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
