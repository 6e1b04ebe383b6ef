/** Code of another language, in parts. */
export interface Parts {
  /** The code as it was written, without comments. */
  whole: string;
  /** The code without the inside of its plain strings and of its regular expressions. */
  bare: string;
  /** What stands in the strings. */
  literals: string[];
}

/** Tells code from text. Text that may hold code of its own (interpolation) stays code. */
export function takeApart(code: string, language: string): Parts {
  const withPatterns = /^(?:perl|ruby|node|bun|deno|php)/.test(language) ? code.replaceAll(pattern, "$1 0") : code;
  const literals: string[] = [];
  const whole: string[] = [];
  const bare: string[] = [];
  let from = 0;
  for (const found of withPatterns.matchAll(token)) {
    const between = withPatterns.slice(from, found.index);
    from = found.index + found[0].length;
    whole.push(between);
    bare.push(between);
    const [text, triple, quote, inside = ""] = found;
    if (triple === undefined && quote === undefined) continue;
    const content = triple === undefined ? inside : text.slice(3, -3);
    literals.push(unescaped(content));
    whole.push(text);
    const before = between.at(-1) ?? "";
    const mayHoldCode =
      quote === "`"
        ? /\$\{/.test(content) || /^(?:perl|ruby|php)/.test(language)
        : /[#$@]\{|\$\(|\{\$/.test(content) || (/[fF]/.test(before) && content.includes("{"));
    bare.push(mayHoldCode ? text : `${quote ?? '"'}${quote ?? '"'}`);
  }
  whole.push(withPatterns.slice(from));
  bare.push(withPatterns.slice(from));
  return { whole: whole.join(""), bare: bare.join(""), literals };
}

/** Comments to drop, and strings: three quotes, or one with escapes. */
const token = /\/\/[^\n]*|^[ \t]*#(?![!{])[^\n]*|("""|''')[^]*?\1|(["'`])((?:\\[^]|(?!\2)[^\\])*)\2/gm;

/** A regular expression where a value is expected, with nothing in it that could be code. */
const pattern =
  /((?:\b(?:if|unless|and|or|not|split|grep|return|when|match|test|replace|search|replaceAll)\b|=~|!~|[(,;&|!?:{])\s*\(?\s*)\/(?![/*])(?:\\.|[^/\\\n"'`$@#{}();])+\/[gimsuxy]*(?=\s*(?:[),;}.&|?:]|$|\b(?:and|or|if|unless)\b))/g;

const unescaped = (text: string): string => text.replaceAll(/\\(["'`\\/])/g, "$1");
