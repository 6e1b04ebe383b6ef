import { areOpposite, relatedIn, undoing } from "./task-verbs.ts";
import { featuresOf, type TaskFeatures, type Weighed } from "./task-features.ts";
import { targetKinds, type Target } from "./task-targets.ts";

/**
 * How far two tasks ask for the same work, from 0 to 1. Other words for the same work on the same targets score high;
 * the same words on another file, number or module (siblings of a fan-out) score low, and so do opposite verbs.
 */
export function similarity(a: string, b: string): number {
  return a === b ? 1 : compareTasks(featuresOf(a), featuresOf(b));
}

/** From here on two tasks are the same work in other words. */
export const sameWork = 0.7;

/** From here on two tasks may be the same work; a person should say. */
export const maybeSameWork = 0.5;

/** `similarity` for tasks that were read before, so that one can be compared with many. Symmetric. */
export function compareTasks(a: TaskFeatures, b: TaskFeatures): number {
  const left = matchTask(a, b);
  const right = matchTask(b, a);
  const total = left.total + right.total;
  if (left.total === 0 || right.total === 0) return total === 0 ? 1 : 0;

  const dice = (left.matched + right.matched) / total;
  const overlap = Math.max(left.matched / left.total, right.matched / right.total);
  const shared = sharedBy(a, b);
  const order = (2 * shared) / Math.max(1, a.shingles.size + b.shingles.size);
  const base = 0.65 * dice + 0.25 * overlap + 0.1 * Math.max(order, dice);
  const found = base * targetFactor(left, right) * slotFactor(left, right) * actionFactor(a.actions, b.actions);
  const isPart = isWithin(left, a, shared) || isWithin(right, b, shared);
  return clamp(isPart ? Math.max(found, maybeSameWork) : found);
}

const sharedBy = (a: TaskFeatures, b: TaskFeatures): number =>
  [...a.shingles].filter((pair) => b.shingles.has(pair)).length;

/** Whether a task is in the other as it stands, however much else is there: forbidden work with other work around it. */
function isWithin(match: Match, task: TaskFeatures, shared: number): boolean {
  const isSpecific = match.targetWeight + match.wordWeight >= 1 && working(task.actions).length > 0;
  return (
    isSpecific &&
    match.lostTargets.size === 0 &&
    match.matched / match.total >= 0.95 &&
    shared / task.shingles.size >= 0.3
  );
}

/** Whether all of one task is in another, which may hold more: a retry with more advice. Siblings never are. */
export function coversTask(whole: TaskFeatures, part: TaskFeatures): boolean {
  return isWithin(matchTask(part, whole), part, sharedBy(part, whole));
}

interface Match {
  total: number;
  matched: number;
  /** Weight of the targets in all, and of those without a counterpart, by kind. */
  targetWeight: number;
  lostTargets: Map<string, number>;
  wordWeight: number;
  /** Names and nouns without a counterpart. */
  lostWords: Weighed<{ key: string; isVerb: boolean; isCommon: boolean; neighbours: readonly string[] }>[];
}

/** What of `a` is in `b`. */
function matchTask(a: TaskFeatures, b: TaskFeatures): Match {
  const match: Match = {
    total: 0,
    matched: 0,
    targetWeight: 0,
    lostTargets: new Map(),
    wordWeight: 0,
    lostWords: [],
  };
  const add = (weight: number, quality: number): void => {
    match.total += weight;
    match.matched += weight * quality;
  };
  for (const [action, weight] of a.actions) add(weight, b.actions.has(action) ? 1 : relatedIn(action, b.actions));

  const paths = pathIndex(b.targets);
  for (const [key, target] of a.targets) {
    const quality = b.targets.has(key) ? 1 : looseQuality(key, target, b, paths);
    add(target.weight, quality);
    match.targetWeight += target.weight;
    if (quality < 0.5) {
      const kind = key.startsWith("!") ? "!" : target.kind;
      match.lostTargets.set(kind, (match.lostTargets.get(kind) ?? 0) + target.weight);
    }
  }

  const pieces = new Set([...b.targets.values()].flatMap((target) => target.pieces));
  for (const [key, word] of a.words) {
    const quality = b.words.has(key) ? 1 : pieces.has(key) || b.targets.has(key) || b.actions.has(key) ? 0.8 : 0;
    add(word.weight, quality);
    if (!word.isCommon) match.wordWeight += word.weight;
    if (quality === 0) match.lostWords.push({ ...word, key });
  }
  return match;
}

/** Every run of path segments of these targets, up to a depth, so that `auth/login.ts` finds `src/auth/login.ts`. */
function pathIndex(targets: TaskFeatures["targets"]): { tails: Set<string>; whole: Set<string> } {
  const tails = new Set<string>();
  const whole = new Set<string>();
  for (const [key, target] of targets) {
    if (target.kind !== "path") continue;
    whole.add(key);
    for (const tail of tailsOf(key)) tails.add(tail);
  }
  return { tails, whole };
}

function tailsOf(key: string): string[] {
  const sign = key.startsWith("!") ? "!" : "";
  const segments = key.slice(sign.length).split("/").slice(-12);
  return segments.map((_, at) => sign + segments.slice(at).join("/"));
}

/** A target that is named in another way: by the end of its path, by its words, by a folder that it lies in. */
function looseQuality(key: string, target: Target, b: TaskFeatures, paths: ReturnType<typeof pathIndex>): number {
  if (target.kind === "path" && (paths.tails.has(key) || tailsOf(key).some((tail) => paths.whole.has(tail)))) return 1;
  const sign = key.startsWith("!") ? "!" : "";
  if (b.words.has(key)) return 1;
  const telling = target.pieces.filter((piece) => !silentPieces.has(piece));
  if (target.kind !== "number" && telling.length > 0 && telling.every((piece) => b.words.has(sign + piece))) return 0.8;
  return 0;
}

const silentPieces: ReadonlySet<string> = new Set(
  "src lib app test tests index main ts js tsx py md json go rs txt log yaml yml toml css html www com org http https".split(
    " ",
  ),
);

/** Both tasks have targets that the other lacks: the sign of siblings. */
function targetFactor(a: Match, b: Match): number {
  const total = a.targetWeight + b.targetWeight;
  if (total === 0) return 1;
  const both = [...targetKinds, "!"].reduce(
    (sum, kind) => sum + 2 * Math.min(a.lostTargets.get(kind) ?? 0, b.lostTargets.get(kind) ?? 0),
    0,
  );
  const lostA = [...a.lostTargets.values()].reduce((sum, weight) => sum + weight, 0);
  const lostB = [...b.lostTargets.values()].reduce((sum, weight) => sum + weight, 0);
  const exchanged = Math.max(both, Math.min(lostA, lostB)) / total;
  const oneSided = (lostA + lostB) / total;
  return (1 - 0.6 * Math.min(1, exchanged / 0.25)) * (1 - 0.6 * oneSided);
}

/** A name took the place of another in the same frame: siblings again, by a word that is no path. */
function slotFactor(a: Match, b: Match): number {
  const total = Math.max(1, a.wordWeight + b.wordWeight + a.targetWeight + b.targetWeight);
  const names = (weightOf(replacedIn(a, b)) + weightOf(replacedIn(b, a))) / total;
  const nouns = (weightOf(replacedNouns(a, b)) + weightOf(replacedNouns(b, a))) / total;
  const both = (2 * Math.min(weightOf(a.lostWords), weightOf(b.lostWords))) / total;
  if (undoesVerb(a, b) || undoesVerb(b, a)) return 0.4;
  return 1 - Math.max(0.55 * Math.min(1, names / 0.25), 0.3 * Math.min(1, nouns / 0.25), 0.3 * Math.min(1, both / 0.5));
}

/** "Unmount" against "mount": a verb of no table, turned round. */
function undoesVerb(a: Match, b: Match): boolean {
  const verbs = new Set(b.lostWords.filter((word) => word.isVerb).map((word) => word.key));
  return a.lostWords.some((word) => word.isVerb && undoing(word.key).some((rest) => verbs.has(rest)));
}

/** Words of `a` in whose place another stands in `b`, one of the two a name. An unknown verb says nothing. */
function replacedIn(a: Match, b: Match): Match["lostWords"] {
  const anyFrame = framesOf(b.lostWords);
  const nameFrame = framesOf(b.lostWords.filter((word) => !word.isCommon));
  return a.lostWords.filter((word) => isIn(word.isCommon ? nameFrame : anyFrame, word));
}

/** Common nouns for common nouns: "the tests" and "the documentation" differ, but less surely than two names. */
function replacedNouns(a: Match, b: Match): Match["lostWords"] {
  const frames = framesOf(b.lostWords.filter((word) => word.isCommon));
  return a.lostWords.filter((word) => word.isCommon && isIn(frames, word));
}

const framesOf = (words: Match["lostWords"]): ReadonlySet<string> =>
  new Set(words.filter((word) => !word.isVerb).flatMap((word) => word.neighbours));

const isIn = (frames: ReadonlySet<string>, word: Match["lostWords"][number]): boolean =>
  !word.isVerb && word.neighbours.some((frame) => frames.has(frame));

const weightOf = (words: Match["lostWords"]): number => words.reduce((sum, word) => sum + word.weight, 0);

/** The same targets with another verb are other work; with the opposite verb, all the more. */
function actionFactor(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const left = working(a);
  const right = working(b);
  if (left.length === 0 || right.length === 0) return left.length === right.length ? 1 : 0.9;
  const opposed = left.some((one) => right.some((other) => one !== other && areOpposite(one, other)));
  const common = left.filter((action) => right.includes(action)).length;
  if (opposed && common < Math.max(left.length, right.length)) return common === 0 ? 0.35 : 0.6;
  if (common > 0) return common < Math.min(left.length, right.length) ? 0.9 : 1;
  return left.some((action) => relatedIn(action, b) > 0) ? 0.74 : 0.5;
}

const working = (actions: ReadonlyMap<string, number>): string[] =>
  [...actions.keys()].filter((action) => action !== "report" && action !== "!report");

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
