import { oneLine } from "../../base/text.ts";
import type { CauseReport } from "../../protocol/crash.ts";

/** A cause report for people, as Markdown. */
export function reportText(report: CauseReport): string {
  const { died_of, place, under_way, causes, next, attach, reading, reading_problem } = report;
  const kind = { own: "Cyberdeck's own code", dependency: "a package", system: "Node itself", unknown: "not known" };
  const what = place.what === null ? "" : ` in ${place.what}`;
  const sections: [string, string[]][] = [
    ["Where", [`${kind[place.kind]}: ${place.where}${what}`]],
    ["What was under way", under_way],
    [
      "What is known of it",
      causes.length === 0
        ? ["Nothing: no rule knows these marks."]
        : causes.map(({ rule, text }) => `${text} (${rule})`),
    ],
    ["In plain words", reading === null ? [] : [reading]],
    ["What to do", next],
    [
      "What to attach to a report",
      attach.length === 0 ? [] : [...attach, "Read it through first: it tells of your work."],
    ],
  ];
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `## ${title}\n\n${lines.map((line) => `- ${line}`).join("\n")}\n`);
  const aside = reading_problem === null ? "" : `\nNo reading in plain words: ${oneLine(reading_problem, 300)}\n`;
  return `# ${died_of}\n\nCyberdeck ${report.version}, ${new Date(report.at).toISOString()}, ${report.bundle}\n\n${body.join("\n")}${aside}`;
}
