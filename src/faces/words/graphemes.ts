/** What a reader takes for the characters of a text, one after the other. */
export const graphemesOf = (text: string): Iterable<Intl.SegmentData> => segmenter().segment(text);

/** Made when the first text needs it: that takes 5 ms, which most commands and the first frame do without. */
const segmenter = once(() => new Intl.Segmenter("en", { granularity: "grapheme" }));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
