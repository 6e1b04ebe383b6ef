// A map of a repository on a page: what is in it, where it is, what the rest leans on, and what changes.
// It reads files and asks git; it writes nothing, uses no network, and follows no link.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { filesBelow } from "./files.mjs";
import { mapOf } from "./map.mjs";
import { page } from "./page.mjs";

const help = `codemap [--json] [--top N] [--days N] [FOLDER]

  --json     one JSON object in place of a page
  --top N    lines in each list (10)
  --days N   days of git history that count as lately (90)
`;

main();

function main() {
  let given;
  try {
    given = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        top: { type: "string", default: "10" },
        days: { type: "string", default: "90" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return fail(`${error.message.split(". ")[0]}.`);
  }
  const { values, positionals } = given;
  if (values.help) return void process.stdout.write(help);
  const [top, days] = [values.top, values.days].map((text) => (/^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined));
  if (top === undefined || days === undefined) return fail("--top and --days take a number from 1 to 9999.");
  if (positionals.length > 1) return fail("Name one folder.");
  const root = resolve(positionals[0] ?? ".");
  const listing = filesBelow(root);
  if (listing === undefined) return fail(`There is no folder ${root}.`);
  const map = mapOf(root, listing, { top, days });
  process.stdout.write(values.json ? `${JSON.stringify(map)}\n` : page(map));
}

function fail(problem) {
  process.stderr.write(`codemap: ${problem}\n${help}`);
  process.exitCode = 2;
}
