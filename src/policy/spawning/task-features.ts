import { scanTask, type Target } from "./task-targets.ts";
import { actionOf, actionOfNoun, isOftenNoun } from "./task-verbs.ts";
import { commonWord, isFiller, numberOf, phrases, retryPrefix, stem } from "./task-words.ts";

/** What a task asks for, in parts that can be compared one by one. Keys of what is forbidden begin with `!`. */
export interface TaskFeatures {
  /** Meaning of each verb in a verb's place, with its weight. */
  actions: ReadonlyMap<string, number>;
  targets: ReadonlyMap<string, Weighed<Target>>;
  /** Nouns and whatever else is left; `neighbours` are the features beside it, to see which word took whose place. */
  words: ReadonlyMap<string, Weighed<{ isCommon: boolean; isVerb: boolean; neighbours: readonly string[] }>>;
  /** Pairs of features that follow each other. */
  shingles: ReadonlySet<string>;
}

export type Weighed<T> = T & { weight: number };

/** The longest text that is looked at, in characters: of a longer one the head and the tail. */
export const longestTask = 64 * 1024;

/** Reads a task once, from left to right. Linear in its length. */
export function featuresOf(task: string): TaskFeatures {
  const actions = new Map<string, number>();
  const targets = new Map<string, Weighed<Target>>();
  const words = new Map<string, Weighed<{ isCommon: boolean; isVerb: boolean; neighbours: string[] }>>();
  const shingles = new Set<string>();

  let sentence = 0;
  let factor = 1;
  let isSentenceStart = true;
  let isVerbPlace = true;
  let isAfterArticle = false;
  let isNegated = false;
  let last = "^";
  let lastWord: string[] | undefined;

  const follow = (key: string): void => {
    shingles.add(`${last} ${key}`);
    lastWord?.push(`>${key}`);
    lastWord = undefined;
    last = key;
    isVerbPlace = false;
    isAfterArticle = false;
    isSentenceStart = false;
  };
  const signed = (key: string): string => (isNegated ? `!${key}` : key);
  const act = (action: string): void => {
    if (isSentenceStart && sentence > 0 && action === "report") factor = reportFactor;
    const key = signed(action);
    actions.set(
      key,
      Math.max(actions.get(key) ?? 0, weights.action * factor * (action === "report" ? reportFactor : 1)),
    );
    follow(key);
  };
  const aim = (target: Target): void => {
    const isDetail = target.kind === "number" && factor < 1;
    const weight = weights[target.kind] * (isNegated ? weights.negated : 1) * (isDetail ? reportFactor : 1);
    const key = signed(target.value);
    if ((targets.get(key)?.weight ?? 0) < weight) targets.set(key, { ...target, weight });
    follow(key);
  };
  const name = (word: string, isProper: boolean): void => {
    const common = commonWord(word);
    const key = signed(common ?? stem(word));
    const weight = (common === undefined ? weights.word : weights.common) * factor * (isNegated ? weights.negated : 1);
    const known = words.get(key);
    const neighbours = known?.neighbours ?? [];
    neighbours.push(`<${last}`);
    const isVerb = isVerbPlace && common === undefined && !isProper;
    words.set(key, {
      weight: Math.max(weight, known?.weight ?? 0),
      isCommon: common !== undefined,
      isVerb,
      neighbours,
    });
    follow(key);
    lastWord = neighbours;
  };

  for (const token of scanTask(normalised(task))) {
    if (token.type === "mark") {
      isVerbPlace = true;
      isAfterArticle = false;
      if (!sentenceEnds.has(token.mark)) continue;
      if (!isSentenceStart) sentence += 1;
      isSentenceStart = true;
      isNegated = false;
      factor = 1;
    } else if (token.type === "target") {
      aim(token.target);
    } else {
      const word = token.word;
      const number = numberOf(word);
      const action = isAfterArticle ? undefined : actionOf(word);
      if (negations.has(word)) {
        isNegated = true;
        isVerbPlace = true;
      } else if (number !== undefined) {
        aim({ kind: "number", value: number, pieces: [] });
      } else if (action !== undefined && (isVerbPlace || !isOftenNoun(word))) {
        act(action);
      } else if (actionOfNoun(word) !== undefined) {
        act(actionOfNoun(word) ?? word);
      } else if (isFiller(word, token.isProper)) {
        isAfterArticle = articles.has(word);
        if (isAfterArticle) isVerbPlace = false;
        if (verbOpeners.has(word)) isVerbPlace = true;
        if (word === "but") isNegated = false;
      } else {
        name(word, token.isProper);
      }
    }
  }
  return { actions, targets, words, shingles };
}

/** How much a feature counts. The identity of what is worked on outweighs what is said about it. */
const weights = {
  action: 1.5,
  path: 2,
  url: 2,
  id: 2,
  name: 1.5,
  quoted: 1.5,
  number: 1.2,
  word: 1,
  common: 0.35,
  negated: 0.6,
} as const;

/** How much of its weight a closing sentence keeps that only says how to answer. */
const reportFactor = 0.2;

const sentenceEnds: ReadonlySet<string> = new Set([".", ";", "!", "?", "\n"]);
const articles: ReadonlySet<string> = new Set(
  "a an the this that these those its their my our your his her all every each any both".split(" "),
);
const verbOpeners: ReadonlySet<string> = new Set(
  "and or then to be been by please kindly now should must can could would will you i but also first next finally for".split(
    " ",
  ),
);
const negations: ReadonlySet<string> = new Set(
  "not no never without avoid except excluding dont cannot cant wont mustnt shouldnt neither nor".split(" "),
);

function normalised(task: string): string {
  const half = longestTask / 2;
  const bounded = task.length <= longestTask ? task : `${task.slice(0, half)}\n${task.slice(-half)}`;
  // A single character can become eighteen.
  let text = bounded
    .normalize("NFKC")
    .slice(0, longestTask + 1)
    .replace(/[^\S\n]+/g, " ")
    .replace(/\n[ \n]*/g, "\n")
    .replace(/(\p{L})['’](t|ll|d|m|ve|re)\b/gu, "$1$2")
    .trim()
    .replace(retryPrefix, "");
  for (const [shape, replacement] of phrases) text = text.replace(shape, replacement);
  return text.replace(/\b(?:instead of|rather than|apart from|other than|but not)\b/gi, "not");
}
