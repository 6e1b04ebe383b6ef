import { firstIn, table } from "./word-forms.ts";

/** What a word asks for, whatever its ending; undefined for a word that is no verb of the table. */
export function actionOf(word: string): string | undefined {
  const found = firstIn(actions, word);
  if (found !== undefined) return found;
  // "Rebuild" asks for what "build" does; "unpublish" for what undoes "publish".
  if (/^re-?\p{L}{4}/u.test(word)) return firstIn(actions, word.replace(/^re-?/, ""));
  const undone = undoing(word)
    .map((rest) => firstIn(actions, rest))
    .find((action) => action !== undefined);
  return undone === undefined ? undefined : `!${undone}`;
}

/** What a word would be without a prefix that turns it round: "unmount" gives "mount". */
export const undoing = (word: string): string[] =>
  ["un", "dis", "de", "de-"].flatMap((prefix) =>
    word.startsWith(prefix) && word.length > prefix.length + 2 ? [word.slice(prefix.length)] : [],
  );

/** A noun that says what a verb says: "the removal of". */
export const actionOfNoun = (word: string): string | undefined => firstIn(actionNouns, word);

/** Whether a verb is as often a noun ("the build", "a test"), so that only its place tells. */
export const isOftenNoun = (word: string): boolean => firstIn(oftenNouns, word) !== undefined;

/** Whether one verb takes back what the other does. */
export const areOpposite = (one: string, other: string): boolean =>
  one === `!${other}` || other === `!${one}` || opposites.some((pair) => pair.has(one) && pair.has(other));

/** How far a verb is among others: one that is often said for it is half a match. */
export function relatedIn(action: string, others: ReadonlyMap<string, number>): number {
  const groups = related.filter((group) => group.has(action));
  return [...others.keys()].some((other) => groups.some((group) => group.has(other))) ? 0.5 : 0;
}

/** What verbs ask for: a line for each meaning, under which it is known in a comparison. */
const actions = table({
  delete:
    "remove erase wipe purge drop clear rm unlink obliterate nuke trash discard scrub destroy eliminate empty truncate prune uninstall strip eradicate expunge shred bin",
  restore: "recover undelete reinstate revert undo recreate rollback unarchive",
  create:
    "write add make generate produce author draft compose compile build scaffold introduce craft prepare implement develop code program",
  fix: "repair correct resolve solve debug patch mend heal remedy rectify",
  change: "modify update edit alter adjust amend revise tweak adapt extend",
  refactor: "restructure rewrite rework reorganise reorganize simplify tidy clean cleanup modernise modernize",
  rename: "retitle",
  move: "relocate transfer migrate shift",
  copy: "duplicate clone replicate mirror",
  overwrite: "replace substitute swap reset",
  analyse:
    "analyze review inspect examine investigate audit study assess evaluate check explore look scrutinise scrutinize verify validate diagnose proofread",
  summarise: "summarize condense recap outline describe explain",
  document: "annotate",
  test: "exercise cover",
  run: "execute launch invoke",
  find: "search scan locate identify detect discover grep spot",
  list: "enumerate",
  count: "tally",
  read: "view",
  open: "",
  close: "shut",
  attach: "",
  detach: "",
  buy: "purchase",
  sell: "",
  report: "reply answer respond return output tell state mention respond print finish end",
  translate: "localise localize",
  convert: "transform turn port transpile",
  deploy: "publish release ship push rollout",
  forcepush: "",
  install: "",
  upgrade: "bump",
  downgrade: "",
  enable: "activate",
  disable: "deactivate",
  start: "boot",
  stop: "halt terminate kill",
  merge: "combine join unify",
  split: "divide separate",
  encrypt: "",
  decrypt: "",
  encode: "",
  decode: "",
  compress: "zip archive pack",
  extract: "unzip unpack decompress",
  lock: "",
  unlock: "",
  grant: "allow permit",
  revoke: "forbid deny",
  optimise: "optimize speed accelerate",
  download: "fetch pull",
  upload: "",
  send: "post mail email",
  increase: "raise enlarge grow",
  decrease: "lower reduce shrink",
  approve: "accept",
  reject: "decline dismiss",
  show: "display reveal",
  hide: "conceal",
  pause: "suspend",
  resume: "continue",
  import: "",
  export: "",
  include: "",
  exclude: "",
  expand: "",
  collapse: "",
  commit: "",
  sort: "order",
  format: "lint prettify",
  compare: "diff contrast",
  measure: "benchmark profile",
  draw: "plot chart",
});

const actionNouns = table({
  delete: "removal deletion erasure purging wiping cleanup",
  restore: "restoration recovery",
  create: "creation implementation",
  analyse: "analysis investigation examination inspection assessment evaluation verification validation",
  translate: "translation localisation localization",
  convert: "conversion",
  rename: "renaming",
  compare: "comparison",
  deploy: "deployment",
  install: "installation",
  refactor: "refactoring restructuring",
});

const oftenNouns = table({
  noun: "test report build log list review update change run fix check plan document print sort cache deploy clean drop clear empty format process search view state answer output return order cover profile chart plot release ship commit lock code program patch copy edit push pull bin study look port start stop end open finish join pack archive exercise reply order permit shift mirror clone audit spot strip trash grant patch draft craft find upgrade download upload install count merge split move transfer reset swap backup benchmark bump zip diff outline state profile kill measure make speed turn post mail email show import export pause include increase decrease",
});

const opposites: readonly ReadonlySet<string>[] = [
  ["delete", "restore"],
  ["create", "delete"],
  ["enable", "disable"],
  ["start", "stop"],
  ["encrypt", "decrypt"],
  ["encode", "decode"],
  ["compress", "extract"],
  ["lock", "unlock"],
  ["grant", "revoke"],
  ["upgrade", "downgrade"],
  ["merge", "split"],
  ["install", "delete"],
  ["upload", "download"],
  ["increase", "decrease"],
  ["approve", "reject"],
  ["show", "hide"],
  ["pause", "resume"],
  ["import", "export"],
  ["include", "exclude"],
  ["expand", "collapse"],
  ["open", "close"],
  ["attach", "detach"],
  ["buy", "sell"],
].map((verbs) => new Set(verbs));

/** Verbs that are often said for each other: half a match. */
const related: readonly ReadonlySet<string>[] = [
  ["delete", "overwrite"],
  ["fix", "change", "refactor", "optimise", "overwrite"],
  ["analyse", "summarise", "document", "read", "find", "list", "compare"],
  ["create", "document", "change"],
  ["test", "run"],
  ["test", "create"],
  ["list", "find", "count"],
  ["rename", "move", "copy"],
  ["convert", "translate", "refactor"],
  ["find", "fix"],
  ["open", "read"],
  ["run", "start"],
  ["upgrade", "install", "change"],
  ["analyse", "measure"],
  ["deploy", "upload", "send"],
  ["increase", "change"],
  ["decrease", "change"],
].map((verbs) => new Set(verbs));
