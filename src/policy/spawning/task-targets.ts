/**
 * What a task is about, as opposed to what is to be done: paths, addresses, ids, numbers, names and quoted words. Each
 * becomes a token with its kind and its identity, so that two tasks that differ in one of them only can be told apart.
 */

export const targetKinds = ["path", "url", "id", "name", "quoted", "number"] as const;
export type TargetKind = (typeof targetKinds)[number];

export interface Target {
  kind: TargetKind;
  /** In lower case, without decoration: `./`, a trailing slash, quotes. */
  value: string;
  /** The words in it, for texts that say "the login file" where another says `login.ts`. */
  pieces: readonly string[];
}

export type TaskToken =
  | /** `isProper`: written with a capital where only a name is, as the language Go. */
    { type: "word"; word: string; isProper: boolean }
  | { type: "target"; target: Target }
  | { type: "mark"; mark: string };

/** Splits a task into words, targets and the punctuation that ends clauses. One pass; linear. */
export function scanTask(text: string): TaskToken[] {
  const tokens: TaskToken[] = [];
  let isInSentence = false;
  for (const [found] of text.matchAll(tokenShape)) {
    const isProper = isInSentence && properName.test(found);
    isInSentence = /^\p{Ll}+$/u.test(found);
    if (isProper) {
      tokens.push({ type: "word", word: found.toLowerCase(), isProper });
      continue;
    }
    if (marks.has(found)) tokens.push({ type: "mark", mark: found });
    else if (/^["'`“”‘’]/.test(found)) tokens.push(...quoted(found.slice(1, -1)));
    else {
      const end = found.search(/[.:]+$/);
      if (end !== 0) tokens.push(...plain(end === -1 ? found : found.slice(0, end)));
      if (end !== -1) tokens.push({ type: "mark", mark: found.charAt(end) });
    }
  }
  return tokens.map((token, at) => (isLetterAtEnd(token, tokens[at + 1]) ? { ...token, isProper: true } : token));
}

/** "Module a" is not an article. */
const isLetterAtEnd = (token: TaskToken, next: TaskToken | undefined): boolean =>
  token.type === "word" && token.word.length === 1 && (next === undefined || next.type === "mark");

const properName = /^\p{Lu}\p{Ll}*$/u;

const marks: ReadonlySet<string> = new Set([".", ",", ";", ":", "!", "?", "\n", "(", ")"]);

/** Quotes and words are bounded, so that no text costs more than its length times a constant. */
const tokenShape =
  /https?:\/\/[^\s"'`<>]{1,300}|`[^`\n]{1,200}`|"[^"\n]{1,200}"|“[^”\n]{1,200}”|‘[^’\n]{1,200}’|(?<![\p{L}\p{N}])'[^'\n]{1,200}'(?![\p{L}\p{N}])|[\p{L}\p{N}\p{M}_./\\~@$%#*{}’'+:-]{1,300}|[,;!?\n()]/gu;

const fileEnding =
  /\.(?:[cm]?[jt]sx?|json[lc5]?|md|mdx|txt|py|rb|go|rs|java|kt|swift|c|cc|cpp|h|hpp|cs|php|sh|bash|zsh|ps1|ya?ml|toml|ini|cfg|conf|env|lock|xml|html?|s?css|less|vue|svelte|sql|db|sqlite|csv|tsv|log|pdf|png|jpe?g|gif|svg|webp|zip|tar|gz|tgz|bak|tmp|proto|graphql|tf|ipynb|lua|ex|exs|dart|scala|rst|tex|docx?|xlsx?|pptx?|mp[34]|wav)$/i;

function quoted(text: string): TaskToken[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (!/\s/.test(trimmed)) {
    const tokens = plain(trimmed);
    // A single quoted word is a name that was marked as one.
    const [only] = tokens;
    return tokens.length === 1 && only?.type === "word" ? [targetOf("quoted", only.word)] : tokens;
  }
  return [targetOf("quoted", trimmed.replace(/\s+/g, " "))];
}

function plain(text: string): TaskToken[] {
  const bare = text
    .replace(/^['’:]+|['’:.]+$/g, "")
    .replace(/['’]s$/u, "")
    .replace(/(?<=\.\w{1,6})(?::\d+)+$/, "");
  if (bare === "") return [];
  if (/^https?:\/\//i.test(bare)) return [targetOf("url", bare.replace(/[.,;:!?)]+$/, "").replace(/\/+$/, ""))];
  if (/^(?:GET|POST|PUT|PATCH|HEAD)$/.test(bare)) return [targetOf("name", bare)];
  if (/^\p{L}+$/u.test(bare) && !/\p{Ll}\p{Lu}/u.test(bare)) return words(bare);
  if (/^[#$v]?\d[\d.,_]*(?:-\d+)?(?:%|st|nd|rd|th|ms|s|[kmg]?b|x|k|m)?$/i.test(bare)) {
    return [targetOf("number", bare.replace(/^[#$v]/i, "").replace(/(?:st|nd|rd|th)$/i, ""))];
  }
  if (isPath(bare)) return [targetOf("path", pathOf(bare))];
  if (/^\p{L}+(?:\/\p{L}+)+$/u.test(bare)) return bare.split("/").flatMap(words);
  if (/\d/.test(bare) && /^[\w-]+$/.test(bare)) return [targetOf("id", bare)];
  if (/^--?\w|_|\p{Ll}\p{Lu}|^[@$%#{]|^\p{L}+\.\p{L}/u.test(bare) || /\*/.test(bare)) return [targetOf("name", bare)];
  // "shop-media-eu" is one name; "hard-coded" is two words.
  if (/^\p{L}+(?:-\p{L}+)+$/u.test(bare) && (/-.*-/.test(bare) || /(?:^|-)\p{L}{1,3}(?:-|$)/u.test(bare))) {
    return [targetOf("name", bare)];
  }
  return bare.split(/[^\p{L}\p{N}\p{M}]+/u).flatMap(words);
}

/** "and/or" and "read/write" have a slash and are no paths; a known ending, a leading dot or a deeper slash tells. */
function isPath(text: string): boolean {
  if (fileEnding.test(text) || /^(?:~|\.{1,2})?[/\\]|^\.\p{L}|^[a-z]:[/\\]/iu.test(text)) return true;
  if (!/[/\\]/.test(text)) return false;
  return !pairs.test(text);
}

const pairs =
  /^(?:and\/or|read\/write|input\/output|on\/off|yes\/no|true\/false|he\/she|his\/her|either\/or|tcp\/ip|i\/o|n\/a|w\/o|client\/server|ci\/cd)$/i;

const pathOf = (text: string): string =>
  text
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .replace(/(?<=.)\/+$/, "");

function targetOf(kind: TargetKind, text: string): TaskToken {
  const pieces =
    text
      .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
      .toLowerCase()
      .match(/[\p{L}\p{M}]{2,}/gu) ?? [];
  return { type: "target", target: { kind, value: text.toLowerCase(), pieces } };
}

/** Scripts that put no space between words give pairs of characters instead. */
function words(text: string): TaskToken[] {
  const lower = text.toLowerCase();
  if (lower === "") return [];
  if (!/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(lower) || lower.length < 3) {
    return [{ type: "word", word: lower, isProper: false }];
  }
  const characters = lower.match(/./gsu) ?? [];
  return characters
    .slice(1)
    .map((second, at) => ({ type: "word", word: `${characters[at] ?? ""}${second}`, isProper: false }));
}
