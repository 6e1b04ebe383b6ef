/** What a question can be about: each kind has events that belong into the answer whatever its words are. */
export const questionKinds = ["failure", "now", "cost", "denied", "files"] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** A question of the netrunner's, as far as code can read it. */
export interface Question {
  text: string;
  /** Ids of constructs that it names. */
  constructs: string[];
  kinds: QuestionKind[];
  /** The words that are worth looking for, each as its parts: "src/a.ts" is three of them, wanted together. */
  terms: string[][];
}

/** The most words of a question that are looked for. */
const mostTerms = 24;

const kindPatterns: Record<QuestionKind, RegExp> = {
  failure: /\b(?:why|fail\w*|error\w*|crash\w*|wrong|broke\w*|die[ds]?|dead|kill\w*|abort\w*|stall\w*|problem\w*)\b/i,
  now: /\b(?:now|doing|currently|status|progress|stuck|wait\w*|busy|happening|running|far)\b/i,
  cost: /\b(?:cost\w*|spen[dt]\w*|dollars?|money|tokens?|expensive|budget\w*|price\w*|paid)\b|\$/i,
  denied:
    /\b(?:den(?:y|ies|ied|ial\w*)|refus\w*|block\w*|held|holds?|brake\w*|permission\w*|allow\w*|forbid\w*|forbidden|tripwires?|gate\w*)\b/i,
  files: /\b(?:files?|wrote|write\w*|written|edit\w*|chang\w*|creat\w*|folders?|paths?|deliver\w*|reports?)\b/i,
};

/** Reads a question. Pure; of a question in another language, its words are what is left. */
export function readQuestion(text: string): Question {
  const constructs = [...new Set(text.toLowerCase().match(/\bcx-[0-9a-f]{8}\b/g) ?? [])];
  const kinds = questionKinds.filter((kind) => kindPatterns[kind].test(text));
  const terms: string[][] = [];
  for (const word of text.toLowerCase().split(/\s+/)) {
    const parts = word.match(/[\p{L}\p{N}]+/gu) ?? [];
    if (parts.every((part) => part.length < 2 || stopWords.has(part))) continue;
    if (/^\W*cx-[0-9a-f]{8}\W*$/.test(word)) continue;
    terms.push(parts);
  }
  const unique = [...new Map(terms.map((parts) => [parts.join(" "), parts])).values()];
  return { text, constructs, kinds, terms: unique.slice(0, mostTerms) };
}

const stopWords = new Set(
  (
    "a about all also an and any are as at be been but by can could did do does doing for from had has have he her how i if in into is it " +
    "its just me my now of off on or our please run runs said she should so some such tell than that the their them then there these " +
    "they this those to up us was we were what when where which while who whom whose why will with would you your construct constructs " +
    "agent agents happen happened happening"
  ).split(" "),
);
