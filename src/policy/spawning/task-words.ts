import { firstIn, table } from "./word-forms.ts";

/**
 * The vocabulary of tasks: which words ask for the same work, which only carry politeness. Whatever is in no table is
 * taken to be a name that matters. Add a word to the line of its meaning.
 */

/** The name under which a common noun or adjective of tasks is counted; undefined for a word that is a name. */
export const commonWord = (word: string): string | undefined => firstIn(commonWords, word);

/** Words without any weight: politeness, articles, hedges. `isProper`: written as a name is, as the language Go. */
export const isFiller = (word: string, isProper: boolean): boolean =>
  fillers.has(word) && !(isProper && nameLike.has(word));

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

const courtesy = String.raw`(?:(?:please|hello|hi|just|kindly|(?:could|can|would) you|i (?:would like|want|need) you to|your task is to)[,!:]? )*`;
const askingHowMany = String.raw`^${courtesy}(?:report|tell(?: me)?|say|state|determine|check|work out|find out|figure out) how many`;

/** Phrases of several words, made one before words are looked at. Written without apostrophes. */
export const phrases: readonly (readonly [RegExp, string])[] = [
  // As the task itself only: in a later sentence it says how to answer.
  [
    new RegExp(
      String.raw`${askingHowMany} ([\w-]+(?: [\w-]+){0,3}?) (?:there )?(?:are|is)(?: there)? (?=(?:in|of|on|under|inside)\b)`,
      "i",
    ),
    "count the $1 ",
  ],
  [new RegExp(String.raw`${askingHowMany} ([\w-]+) (\S+) (?:has|have|holds?|contains?)\b`, "i"), "count the $1 in $2"],
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
  [/\b(?:switch|turn)(?:ing|ed)? off\b|\b(?:shut|power)(?:ting|ing|ed)? (?:off|down)\b/gi, "disable"],
  [/\bmak(?:e|ing) sure(?: that)?\b|\bif (?:possible|you can)\b|\bas (?:soon|well) as(?: possible)?\b/gi, " "],
  [/\bforce[- ]?push(?:es|ing|ed)?\b|\bgit push (?:-f|--force)\b/gi, "forcepush"],
  [/\bpull requests?\b/gi, "PR"],
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

const commonWords = table({
  file: "document",
  folder: "directory dir subfolder subdirectory",
  module: "package component library lib dependency",
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

const nameLike: ReadonlySet<string> = new Set(["go", "will", "may", "a"]);

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
