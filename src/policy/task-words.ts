/**
 * The vocabulary of tasks: which words ask for the same work, which only carry politeness. Whatever is in no table is
 * taken to be a name that matters. Add a word to the line of its meaning.
 */

/** What a word asks for, whatever its ending; undefined for a word that is no verb of the table. */
export function actionOf(word: string): string | undefined {
  return firstIn(actions, word);
}

/** A noun that says what a verb says: "the removal of". */
export const actionOfNoun = (word: string): string | undefined => firstIn(actionNouns, word);

/** Whether a verb is as often a noun ("the build", "a test"), so that only its place tells. */
export const isOftenNoun = (word: string): boolean => firstIn(oftenNouns, word) !== undefined;

/** The name under which a common noun or adjective of tasks is counted; undefined for a word that is a name. */
export const commonWord = (word: string): string | undefined => firstIn(commonWords, word);

/** Words without any weight: politeness, articles, hedges. */
export const isFiller = (word: string): boolean => fillers.has(word);

/** "three" is 3. "One" is left out: it is a pronoun more often than a number. */
export const numberOf = (word: string): string | undefined => numberWords.get(word);

/** A word without its ending: equal for the forms of one word, not necessarily a word itself. */
export function stem(word: string): string {
  const bare = word
    .replace(/ies$/, "y")
    .replace(/(?<=\p{L}{3})(?:ing|ed|es|(?<![su])s)$/u, "")
    .replace(/(\p{L})\1$/u, "$1");
  return bare.length > 3 ? bare.replace(/e$/, "") : bare;
}

/** Phrases of several words, made one before words are looked at. Written without apostrophes. */
export const phrases: readonly (readonly [RegExp, string])[] = [
  [/\b(?:get(?:ting)?|got) rid of\b|\bthrow(?:ing)? (?:away|out)\b|\bclean(?:ing|ed)? (?:up|out)\b/gi, "delete"],
  [/\btak(?:e|ing) out\b|\bblow(?:ing)? away\b|\btear(?:ing)? down\b|\bdo(?:ing)? away with\b/gi, "delete"],
  [/\bbring(?:ing)? back\b|\bput(?:ting)? back\b|\broll(?:ing|ed)? back\b/gi, "restore"],
  [
    /\b(?:look|dig)(?:ing)? (?:into|at|through)\b|\b(?:take|have) a (?:close |careful |good )?look (?:at|into)\b/gi,
    "analyse",
  ],
  [/\bgo(?:ing)? (?:over|through)\b|\bwork out (?:why|how)\b|\bfind(?:ing)? out\b|\bfigur(?:e|ing) out\b/gi, "analyse"],
  [/\bset(?:ting)? up\b|\bput(?:ting)? together\b/gi, "create"],
  [/\bsum(?:ming)? up\b|\bgiv(?:e|ing) an? (?:short |brief )?(?:overview|summary) of\b/gi, "summarise"],
  [/\bwrit(?:e|ing) an? (?:short |brief )?(?:overview|summary) of\b/gi, "summarise"],
  [/\b(?:switch|turn)(?:ing|ed)? on\b/gi, "enable"],
  [/\b(?:switch|turn)(?:ing|ed)? off\b|\bshut(?:ting)? (?:off|down)\b/gi, "disable"],
  [/\bmak(?:e|ing) sure(?: that)?\b|\bif (?:possible|you can)\b|\bas (?:soon|well) as(?: possible)?\b/gi, " "],
  [/\bforce[- ]?push(?:es|ing|ed)?\b|\bgit push (?:-f|--force)\b/gi, "forcepush"],
  [/\bin other words\b|\bthis time\b|\bonce (?:more|again)\b|\bone more time\b|\bin advance\b/gi, " "],
  [/\bi hope (?:you are|this finds you)[^.!\n]{0,40}[.!]/gi, " "],
];

const announcement = String.raw`(?:${[
  String.raw`(?:second|third|fourth|fifth|another|next|new|final|last|2nd|3rd|\d+(?:th)?)\s+(?:attempt|try)`,
  String.raw`(?:re)?(?:attempt|try)\s*(?:no\.?\s*|#)?\d*(?:\s*(?:of|/)\s*\d+)?`,
  "try again|retry(?:ing)?|again|task|follow-?up",
].join("|")})`;

/** What a second try is announced with; it says nothing about the work. */
export const retryPrefix = new RegExp(
  String.raw`^\s*(?:[[(]?\s*${announcement}\s*(?:[\])]\s*[:.,–—-]?|[:.,–—-])\s*)+`,
  "i",
);

const table = (lines: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(lines).flatMap(([name, words]) => [name, ...words.split(" ")].map((word) => [word, name])));

const actions = table({
  delete:
    "remove erase wipe purge drop clear rm unlink obliterate nuke trash discard scrub destroy eliminate empty truncate prune uninstall strip eradicate expunge shred bin",
  restore: "recover undelete reinstate revert undo recreate rollback unarchive",
  create:
    "write add make generate produce author draft compose build scaffold introduce craft prepare implement develop code program",
  fix: "repair correct resolve solve debug patch mend heal remedy rectify",
  change: "modify update edit alter adjust amend revise tweak adapt",
  refactor: "restructure rewrite rework reorganise reorganize simplify tidy clean cleanup modernise modernize",
  rename: "retitle",
  move: "relocate transfer migrate shift",
  copy: "duplicate clone replicate mirror",
  overwrite: "replace substitute swap reset",
  analyse:
    "analyze review inspect examine investigate audit study assess evaluate check explore look scrutinise scrutinize verify validate diagnose",
  summarise: "summarize condense recap outline describe explain",
  document: "annotate",
  test: "exercise cover",
  run: "execute launch invoke",
  find: "search locate identify detect discover grep spot",
  list: "enumerate",
  count: "tally",
  read: "open view",
  report: "reply answer respond return output tell state mention respond print finish end",
  translate: "localise localize",
  convert: "transform port transpile",
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
  upload: "send",
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
  noun: "test report build log list review update change run fix check plan document print sort cache deploy clean drop clear empty format process search view state answer output return order cover profile chart plot release ship commit lock code program patch copy edit push pull bin study look port start stop end open finish join pack archive exercise reply order permit shift mirror clone audit spot strip trash grant patch draft craft find upgrade download upload install count merge split move transfer reset swap backup benchmark bump zip diff outline state profile kill measure make speed",
});

const commonWords = table({
  file: "document",
  folder: "directory dir subfolder subdirectory",
  module: "package component library lib",
  function: "method routine procedure",
  test: "spec testcase",
  unit: "",
  suite: "",
  code: "source codebase repo repository project workspace",
  result: "output outcome",
  overview: "summary report recap",
  bug: "error defect issue problem fault failure glitch mistake",
  fail: "broken break flaky wrong incorrect",
  docs: "documentation doc",
  database: "db",
  configuration: "config setting",
  dependency: "",
  old: "stale outdated obsolete unused dead leftover expired redundant unneeded superfluous",
  new: "fresh",
  current: "existing present",
  content: "contents",
  data: "record entry row",
  short: "brief concise",
  line: "",
  word: "",
  page: "website site",
  place: "location",
  architecture: "structure design structured organised organized",
  performance: "slow fast quick quickly",
  temporary: "temp tmp",
  api: "endpoint",
  root: "top",
  list: "",
  name: "title",
  section: "chapter",
  update: "",
  build: "",
  log: "logfile",
  copy: "backup",
  run: "",
  change: "",
  environment: "env",
  number: "amount",
  account: "",
  string: "text",
  markdown: "md",
  step: "",
  branch: "",
  sentence: "",
});

const numberWords: ReadonlyMap<string, string> = new Map(
  "zero - two three four five six seven eight nine ten eleven twelve"
    .split(" ")
    .flatMap((word, value) => (word === "-" ? [] : [[word, String(value)]])),
);

const fillers: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its they them their my our your his her me we us you i is are was were be been being am do does did done " +
    "has have had will would shall should can could may might must need needs needed want wants wanted like of in on at to for from by with within into onto " +
    "over under inside about against versus vs as and or then but so if when while where which who what there here also too just only very really quite please kindly thanks thank " +
    "much hello hi hey dear friend colleague mate great good well kind nice day appreciate appreciated grateful help let lets id ill im youre ive " +
    "all every each any both entire whole complete completely entirely fully thoroughly carefully properly now next first finally afterwards once again " +
    "task job goal work attempt try retry second third later able sure ensure necessary required possible possibly perhaps maybe simply basically actually " +
    "go ahead proceed one ones some more most such than still yet already e.g i.e etc using use used via per up out off everything anything something things thing stuff " +
    "currently existing present following given certain new how why whether get got set give take through across along located found kept living lives lying sitting"
  ).split(" "),
);

/** A word by its own spelling first, then without the endings that English has. */
function firstIn(words: ReadonlyMap<string, string>, word: string): string | undefined {
  for (const form of forms(word)) {
    const found = words.get(form);
    if (found !== undefined) return found;
  }
  return undefined;
}

function forms(word: string): string[] {
  const found = [word];
  if (word.endsWith("s") && word.length > 3) found.push(word.slice(0, -1));
  if (word.endsWith("es") && word.length > 4) found.push(word.slice(0, -2));
  if (word.endsWith("ies")) found.push(`${word.slice(0, -3)}y`);
  if (word.endsWith("ied")) found.push(`${word.slice(0, -3)}y`);
  for (const ending of ["ed", "ing"]) {
    if (!word.endsWith(ending) || word.length < ending.length + 3) continue;
    const bare = word.slice(0, -ending.length);
    found.push(bare, `${bare}e`);
    if (bare.at(-1) === bare.at(-2)) found.push(bare.slice(0, -1));
  }
  const base = irregular.get(word);
  if (base !== undefined) found.push(base);
  return found;
}

const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    written: "write",
    wrote: "write",
    rewritten: "rewrite",
    overwritten: "overwrite",
    sent: "send",
    built: "build",
    rebuilt: "build",
    made: "make",
    ran: "run",
    undone: "undo",
    found: "find",
    shown: "show",
    told: "tell",
    sped: "speed",
  }),
);
