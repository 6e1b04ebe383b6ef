import { everyAction } from "../../../../src/faces/cockpit/every-action.ts";
import { keysText } from "../../../../src/faces/cockpit/keymap.ts";
import type { Known } from "../../../../src/faces/cockpit/own-keys.ts";

const [begin, end] = ["<!-- keys: begin (made by scripts/cockpit-keys.ts) -->", "<!-- keys: end -->"];

/** The page of the cockpit with the table of its keys as they are now. */
export function withKeys(page: string): string {
  const [head, rest] = page.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`docs/cockpit.md has no place for keys: ${begin}`);
  return `${head}${begin}\n\n${tables()}\n${end}${tail}`;
}

/** A table of everywhere, and one of each page. */
function tables(): string {
  const all = everyAction().filter(({ keys }) => keys.length > 0);
  const pages = [...new Set(all.flatMap(({ page }) => (page === null ? [] : [page])))];
  const places = [null, ...pages];
  return places
    .map((page) => {
      const title = page === null ? "Everywhere" : `On the page \`${page}\``;
      return `### ${title}\n\n${tableOf(all.filter((action) => action.page === page))}\n`;
    })
    .join("\n");
}

function tableOf(actions: readonly Known[]): string {
  const rows = [
    ["key", "what it does", "its name in settings"],
    ...actions.map(({ id, title, keys }) => [cell(keysText(keys)), cell(title), `\`${id}\``]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0] ?? "", rule, ...lines.slice(1)].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
