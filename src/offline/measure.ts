import { headingsOf, headingsCommand, type Heading } from "./headings.ts";
import { notDone, together, type Program } from "./program.ts";
import { linesOf, numbersOf, quoted, type Line } from "./shell.ts";
import { showWhat, type What } from "./what.ts";

/** What was found in one file. */
export interface Finding {
  path: string;
  /** Undefined when the file could not be read. */
  value: number | undefined;
  /** Only for headings. */
  headings?: Heading[];
}

/** Measures each file with the shell's own tools. The findings are in the order of the paths. */
export function* measure(what: What, lines: Line[]): Program<Finding[]> {
  const paths = lines.filter((line) => line.exact).map((line) => line.text);
  const found = new Map<string, Finding>();
  const programs = chunks(paths, what).map((chunk) => measureChunk(what, chunk));
  for (let at = 0; at < programs.length; at += programsAtOnce) {
    const findings = yield* together(programs.slice(at, at + programsAtOnce));
    for (const finding of findings.flat()) found.set(finding.path, finding);
  }
  const unknown = ({ text }: Line): Finding => ({ path: text, value: undefined });
  return lines.map((line) => (line.exact ? found.get(line.text) : undefined) ?? unknown(line));
}

const programsAtOnce = 4;

/** Bytes of paths in one command: its output, where each byte may take four characters, stays below the agent's cut. */
const chunkBytes = 5000;

function chunks(paths: string[], what: What): string[][] {
  const list: string[][] = [];
  let size = Infinity;
  for (const path of paths) {
    const bytes = Buffer.byteLength(quoted(path)) + 16;
    // `wc` quotes a name with a line feed in a way of its own, so such a file is given to it without a name.
    const alone = what.measure === "headings" || path.includes("\n");
    if (alone || size + bytes > chunkBytes) {
      list.push([path]);
      size = alone ? Infinity : bytes;
    } else {
      list.at(-1)?.push(path);
      size += bytes;
    }
  }
  return list;
}

function* measureChunk(what: What, paths: string[]): Program<Finding[]> {
  const description = `Look for the ${showWhat(what)} in ${paths.length} ${paths.length === 1 ? "file" : "files"}`;
  if (what.measure === "headings") return yield* findHeadings(paths, description);
  if (what.measure === "files") return paths.map((path) => ({ path, value: 1 }));
  const found = yield* readCounts(command(what, paths), description, paths);
  if (what.measure !== "occurrences") return found;
  const hits = found.filter((finding) => (finding.value ?? 0) > 0);
  if (hits.length === 0) return found;
  const each = hits.map(({ path }) => `grep -ao${flags(what)} -- ${quoted(path)} | wc -l`).join("; ");
  const numbers = yield* numbersOf(each, description, hits.length);
  const exact = new Map(hits.map(({ path }, index) => [path, numbers[index]]));
  return found.map((finding) => ({ ...finding, value: exact.get(finding.path) ?? finding.value }));
}

/** `-a` searches files with odd bytes like any other; the empty text counts a last line without line feed too. */
function command(what: What, paths: string[]): string {
  const files = paths.map(quoted).join(" ");
  if (what.measure === "words" || what.measure === "bytes") {
    const option = what.measure === "words" ? "-w" : "-c";
    return paths[0]?.includes("\n") === true
      ? `wc ${option} 2>/dev/null < ${files}`
      : `wc ${option} -- ${files} 2>/dev/null`;
  }
  return `grep -acH${flags(what)} -- ${files} 2>/dev/null`;
}

const flags = (what: What): string => `F${what.anyCase === true ? "i" : ""} -e ${quoted(what.text ?? "")}`;

/** Reads `path:count` of grep or `count path` of wc. A path that does not come next in the output was not readable. */
function* readCounts(commandLine: string, description: string, paths: string[]): Program<Finding[]> {
  const output = yield* linesOf(commandLine, description);
  const text = output.map((line) => `${line.text}\n`).join("");
  let at = 0;
  return paths.map((path) => {
    for (const pattern of [`${escaped(path)}:(\\d+)\\n`, `[ \\t]*(\\d+) ${escaped(path)}\\n`, "[ \\t]*(\\d+)\\n"]) {
      const sticky = new RegExp(pattern, "y");
      sticky.lastIndex = at;
      const match = sticky.exec(text);
      if (match === null) continue;
      at = sticky.lastIndex;
      return { path, value: Number(match[1]) };
    }
    return { path, value: undefined };
  });
}

const escaped = (path: string): string => path.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

function* findHeadings(paths: string[], description: string): Program<Finding[]> {
  const path = paths[0];
  if (path === undefined) throw notDone("no file was named");
  const readable = yield* readCounts(command({ measure: "lines" }, [path]), description, [path]);
  if (readable[0]?.value === undefined) return [{ path, value: undefined }];
  const headings = headingsOf((yield* linesOf(headingsCommand(path), description)).map((line) => line.text));
  return [{ path, value: headings.length, headings }];
}
