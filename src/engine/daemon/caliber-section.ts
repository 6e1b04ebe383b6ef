import { oneLine } from "../../base/text.ts";
import type { Model } from "../../protocol/models.ts";

/** The part of the daemon's prompt that lists the models. The same list gives the same bytes. */
export function caliberSection(models: readonly Model[]): string {
  return `# Caliber
Models that there are (name: what for; efforts; US dollars per million tokens in/out):
${models.map(line).join("\n")}
Omit model and effort to use the netrunner's default. Otherwise: haiku with low for reading one file and reporting; sonnet with medium for looking across files; sonnet with high for ordinary changes; opus with high for synthesis and review; opus with xhigh for long, connected coding; max only where that has proven too little. name[1m] has room for a whole code base. A name that is not listed is refused, and an effort that a model lacks becomes the next lower one; each outcome says what its construct ran on. When a result was shallow, raise the effort on the retry instead of changing the words. Where the netrunner has fixed model or effort, that holds whatever you pick. Your own model and fast mode are not yours to choose.`;
}

function line({ value, description, efforts, price }: Model): string {
  const prices = price === null ? "price unknown" : `$${price.input}/$${price.output}`;
  const levels = efforts.length === 0 ? "no efforts" : efforts.join(" ");
  return `- ${oneLine(value, 60)}: ${oneLine(description, 200)}; ${levels}; ${prices}`;
}
