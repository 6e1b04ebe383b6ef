import { posix } from "node:path";
import type { Scope } from "./scope.ts";
import type { What } from "./what.ts";

/** What a sentence of a person asks of the scripted model. */
export interface Intent {
  what: What;
  scope: Scope;
  /** Name of the file for the result, relative to the run folder. */
  output?: string;
}

/** Understands a goal or a task in free language, or does not: whatever asks for more than reading and counting. */
export function readIntent(sentence: string): Intent | undefined {
  const rest = sentence.normalize("NFC").replace(/\s+/g, " ").trim();
  if (rest.length > longestSentence) return undefined;
  const { output, text: withoutOutput } = takeOutput(rest);
  const { place, text: withoutPlace } = takePlace(withoutOutput);
  const { needle, text } = takeNeedle(withoutPlace);
  if (asksForMore.test(text)) return undefined;
  const what = whatIn(
    text.toLowerCase(),
    needle,
    /\b(?:any|either|ignoring|ignore|regardless of) (?:the )?case\b|\bcase[- ]insensitive/i.test(text),
  );
  if (what === undefined) return undefined;
  const scope = { ...(place === undefined ? {} : { below: place }), endings: endingsIn(text, what) };
  return { what, scope, ...(output === undefined ? {} : { output }) };
}

/** A goal that we understand is a sentence or two; anything longer asks for something else. */
const longestSentence = 2000;

/** A word in quotes of any kind. The groups are the kinds. */
const quotes = String.raw`(?:"([^"]+)"|“([^”]+)”|'([^']+)'(?![\w])|\`([^\`]+)\`)`;
const inQuotes = (match: RegExpExecArray, from = 1): string | undefined =>
  match.slice(from, from + 4).find((group) => group !== undefined);

/** Words that ask for changes, or for things that a script cannot do, where a request stands: at the start or after "and". */
const asksForMore =
  /(?:^|[.,;:]|\b(?:and|then|to|please|or|also)\b)\s*(?:then |also |please )?(?:delete|remove|erase|rename|move|fix|refactor|implement|deploy|install|edit|change|replace|commit|push|create|build|run|translate|test|add|update|write(?! (?:(?:me )?(?:a|the|one) )?(?:short )?(?:report|summary|result|total|it\b|them\b|that\b))|download|upload|publish|send|kill|explain|review|improve|clean|sort out|convert|make(?! (?:a|the) (?:list|report|summary)))\b/i;

function takeOutput(text: string): { output?: string; text: string } {
  const pattern = new RegExp(
    String.raw`[,;]?\s*(?:and |then )*(?:write|save|put|store)\b[^.;"'\`“]*?\b(?:to|into|as|in)\s+(?:a |the )?(?:file )?(?:called |named )?(?:${quotes}|([\w./-]+\.(?:md|txt)))(?: in(?:to)? the run folder)?`,
    "i",
  );
  const match = pattern.exec(text);
  const name = match === null ? undefined : (inQuotes(match) ?? match[5]);
  if (match === null || name === undefined) return { text };
  const path = posix.normalize(name);
  const usable = !posix.isAbsolute(path) && !path.startsWith("..") && !path.endsWith("/") && path !== "report.md";
  return { ...(usable ? { output: path } : {}), text: text.replace(match[0], " ") };
}

const nowhere =
  /^(?:this|that|these|those|the|all|each|every|any|my|our|your|it|its|total|here|order|detail|one|two|both|case|either|full|which|workspace|repository|repo|project|projects?|codebase|code|source|sources|files?|folders?|director(?:y|ies)|tree|parallel|markdown|typescript|javascript|python|rust|java|them|lower|upper|case|comments?|run|types?|kinds?)$/i;

function takePlace(text: string): { place?: string; text: string } {
  const preposition = String.raw`\b(?:in|under|below|inside|within|of|from)\s+(?:the\s+|my\s+|our\s+)?`;
  const named = new RegExp(
    String.raw`${preposition}(?:(?:folder|directory|subfolder|file)\s+(?:called\s+|named\s+)?(?!of\b|from\b|in\b|that\b|which\b|with\b)(?:${quotes}|([^\s,;"']+))|(?:${quotes}|([^\s,;"']+))\s+(?:folder|directory|subfolder)\b)`,
    "i",
  ).exec(text);
  const loose = new RegExp(
    String.raw`\b(?:(?:in\s+)?(?:(?:the|all|every|each)\s+)?files?\s+(?:of|from)|in|under|below|inside|within)\s+(?:${quotes}|(?:the\s+)?([\w./@+~-]*[\w/@+~-]))`,
    "gi",
  );
  const matches = named === null ? [...text.matchAll(loose)] : [named];
  for (const match of matches) {
    const name = inQuotes(match) ?? match[5] ?? inQuotes(match, 6) ?? match[10];
    if (name === undefined || nowhere.test(name) || name.startsWith("*.")) continue;
    // "files of src" leaves "files" behind, which says what is asked for.
    return { place: name, text: text.replace(match[0], / ?files? /i.exec(` ${match[0]}`)?.[0] ?? " ") };
  }
  return { text };
}

function takeNeedle(text: string): { needle?: string; text: string } {
  const marked = new RegExp(quotes).exec(text);
  if (marked !== null) return { needle: inQuotes(marked) ?? "", text: text.replace(marked[0], " ") };
  const marker = /\b([A-Z][A-Z_]*[A-Z])(?:s|'s)?\b(?! files)/.exec(text);
  if (marker?.[1] !== undefined) return { needle: marker[1], text: text.replace(marker[0], " ") };
  const named =
    /\b(?:the (?:word|text|string|pattern|phrase|term)s?|contain(?:s|ing)?|mention(?:s|ing)?|occurrences of)\s+(?:the (?:word|text|string) )?([^\s,;.?!]+)/i.exec(
      text,
    );
  if (named?.[1] === undefined || /^(?:the|a|an|any|some|words?|lines?|it)$/i.test(named[1])) return { text };
  return { needle: named[1], text: text.replace(named[1], " ") };
}

function whatIn(text: string, needle: string | undefined, anyCase: boolean): What | undefined {
  const counts = /\b(?:count|how many|how often|number of|tally|total)\b/.test(text);
  if (needle !== undefined) {
    const found = (measure: What["measure"]): What => ({ measure, text: needle, ...(anyCase ? { anyCase } : {}) });
    if (/\boccurrences?\b|\bhow often\b|\btimes\b/.test(text)) return found("occurrences");
    if (/\bfiles? (?:that|which|with|contain|mention)/.test(text)) return found("files-with");
    if (counts) return found("lines-with");
    return /\b(?:find|search|list|show|look for|where|which|grep|collect)\b/.test(text)
      ? found("files-with")
      : undefined;
  }
  if (/\b(?:headings?|outlines?|table of contents|summari[sz]e|summary of)\b/.test(text))
    return { measure: "headings" };
  if (/\b(?:sizes?|largest|biggest|smallest|how (?:big|large)|bytes)\b/.test(text)) return { measure: "bytes" };
  if (counts && /\blines?\b/.test(text)) return { measure: "lines" };
  if (counts && /\bwords?\b/.test(text)) return { measure: "words" };
  const lists = counts || /\b(?:list|find|show|which|what|enumerate)\b/.test(text);
  return lists && /\bfiles?\b/.test(text) ? { measure: "files" } : undefined;
}

const kinds: [RegExp, string[]][] = [
  [/\bmarkdown\b/i, ["md", "markdown"]],
  [/\btypescript\b/i, ["ts", "tsx"]],
  [/\bjavascript\b/i, ["js", "mjs", "cjs", "jsx"]],
  [/\bpython\b/i, ["py"]],
  [/\brust\b/i, ["rs"]],
  [/\bjson\b/i, ["json"]],
  [/\byaml\b/i, ["yaml", "yml"]],
  [/\btext files?\b/i, ["txt"]],
];

function endingsIn(text: string, what: What): string[] {
  const named = [...text.matchAll(/(?:^|[\s(])\*?\.([A-Za-z0-9][\w.-]*)/g)].map((match) =>
    (match[1] ?? "").toLowerCase(),
  );
  const bare = /\b(md|ts|tsx|js|py|rs|go|java|rb|c|h|cpp|css|html|txt|json|ya?ml|toml|sh|sql)[ -]files?\b/i.exec(
    text,
  )?.[1];
  const exact = [
    ...named.map((ending) => ending.replace(/[.-]+$/, "")),
    ...(bare === undefined ? [] : [bare.toLowerCase()]),
  ];
  const all = exact.length > 0 ? exact : kinds.flatMap(([pattern, endings]) => (pattern.test(text) ? endings : []));
  if (all.length === 0 && what.measure === "headings") return ["md", "markdown"];
  return [...new Set(all)];
}
