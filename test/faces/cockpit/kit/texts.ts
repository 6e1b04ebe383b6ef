import fc from "fast-check";

/** Pieces of which terminals make different things, and what a hostile text would send. */
const pieces = [
  "数える", "한국어", "ﾊﾝｶｸ", "，", "。",
  "🙂", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇭", "🇨", "👍🏽", "❤️", "☎️", "1️⃣", "⌚", "✈", "🫠", "🫨",
  "e\u0301", "a\u0300\u0323\u0330", "\u0301", "\u200b", "\u200d", "\u2060", "\ufe0f", "\u00ad", "\u3164", "\u115f", "ᄀ", "각",
  "שלום עולם", "مرحبا بالعالم", "٣٤", "\u202eevil\u202c", "\u2067x\u2069", "\u200f", "\u061c",
  "क्षि", "ไทยกำ", "བོད", "\u{1f1e6}\u{1f1e7}\u{1f1e8}", "𝕏", "\ud800", "\udc00",
  "\t", "\n", "\r", "\b", "\u0007", "\u000e", "\u0085", "\u009b31m", "\u0000", "\u007f",
  "\u001b[2J", "\u001b[1;1H", "\u001b[31m", "\u001b[?1049l", "\u001b[?25h", "\u001b[?7h", "\u001b[?1000h", "\u001b[4h", "\u001bc", "\u001b7", "\u001b[6n", "\u001b[5i", "\u001b(0", "\u001b#8",
  "\u001b]0;a title of mine\u0007", "\u001b]52;c;ZXZpbA==\u0007", "\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007", "\u001b]9;call\u001b\\",
  "\u001bP+q544e\u001b\\", "\u001b_Gf=100;AAAA\u001b\\", "\u001b]", "\u001b[", "\u001b", "\u009d0;x\u009c", "\u001bP",
];

/** A text of any kind, hostile ones as well. */
export const anyText = (most = 24): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...pieces) },
        { weight: 3, arbitrary: fc.stringMatching(/^[ -~]{1,8}$/) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
        { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }) },
      ),
      { maxLength: most },
    )
    .map((parts) => parts.join(""));
