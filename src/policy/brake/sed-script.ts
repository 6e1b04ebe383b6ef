/**
 * Whether a `sed` script only filters. A small grammar that covers everyday filters and inserted text; what it does not know
 * (`w`, `r`, `e`, branches) may write or run something.
 */
export function onlyFilters(script: string): boolean {
  let rest = script;
  while (rest !== "") {
    const blank = /^[\s;{}]+/.exec(rest);
    if (blank !== null) {
      rest = rest.slice(blank[0].length);
      continue;
    }
    const taken = step.exec(rest);
    if (taken === null) return false;
    rest = rest.slice(taken[0].length);
  }
  return true;
}

const regex = String.raw`/(?:[^/\\\n]|\\[^\n])*/I?`;
const address = String.raw`(?:\d+|\$|\d+~\d+|${regex})`;
/** Delimiters that people use; the same one three times, without a new line in between. */
const divided = ["/", "|", "#", ",", "@", ":", "!", "_", ";", "%", "~", "+"].map((mark) => {
  const one = mark === "|" || mark === "+" ? `\\${mark}` : mark;
  const part = String.raw`(?:[^${one}\\\n]|\\[^])*`;
  return `${one}${part}${one}${part}${one}`;
});
const command = String.raw`(?:[pdDPNnGgHhxl=]|[qQ]\d*|s(?:${divided.join("|")})[gpiIm\d]*|y(?:${divided.join("|")}))[ \t]*(?=[;}\n]|$)`;
/** Text to the end of the line; a backslash at its end takes the next line along. */
const insertion = String.raw`[aic](?:\\\n?|[ \t])?(?:[^\\\n]|\\[^])*(?=\n|$)`;
const step = new RegExp(
  String.raw`^(?:${address}(?:,[ ]*(?:\+\d+|~\d+|${address}))?)?[ \t]*!?[ \t]*(?:\{|${command}|${insertion})`,
);
