import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  array,
  assert,
  constantFrom,
  dictionary,
  oneof,
  property,
  string,
  tuple,
  uint8Array,
  type Arbitrary,
} from "fast-check";
import { expect, test } from "vitest";
import { readJob, showJob, type PlannedJob } from "../../src/offline/job.ts";
import { readPath, showPath } from "../../src/offline/pathtext.ts";
import { quoted, readUnambiguous } from "../../src/offline/shell.ts";
import { spawnSync } from "node:child_process";
import { construct, folder } from "./loop.ts";

const nastyPieces =
  "a|B|é|名|😀| |-|--|'|\"|`|$|$(x)|\\|\\n|\n|\t|\r|\u001b[1m|\u0007|*|?|[a]|{|}|#|!|&|;|<|>|~|:|:3|=|.|,|%|TODO|12";
const nastyPiece = constantFrom(...nastyPieces.split("|"), "|");
const segment: Arbitrary<string> = array(nastyPiece, { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(""))
  .filter((name) => name !== "." && name !== "..");
const path = array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const content = oneof(
  array(constantFrom("TODO", "todo", "TO", "DO", "x", " ", "\n", "\r\n", "\n\n", "ü", "\t"), { maxLength: 30 }).map(
    (parts) => Buffer.from(parts.join("")),
  ),
  uint8Array({ maxLength: 40 }).map((bytes) => Buffer.concat([Buffer.from("TODO\0"), bytes, Buffer.from("TODO")])),
);

/** Writes what can be written: a path below a file, or a file where a folder is, is left out. */
function fill(workspace: string, tree: Record<string, Buffer>): Map<string, Buffer> {
  const written = new Map<string, Buffer>();
  for (const [name, bytes] of Object.entries(tree)) {
    const target = join(workspace, name);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes, { flag: "wx" });
      written.set(join(name), bytes);
    } catch {
      // The random tree contradicts itself here; the file is not there and must not be counted.
    }
  }
  return written;
}

const linesIn = (bytes: Buffer): string[] => {
  const lines = bytes.toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
};
const count = (lists: Buffer[], of: (bytes: Buffer) => number): number =>
  lists.reduce((sum, bytes) => sum + of(bytes), 0);

const questions: { task: string; phrase: string; one: string; of: (bytes: Buffer) => number }[] = [
  {
    task: "Count the TODO comments",
    phrase: 'lines that contain "TODO"',
    one: 'line that contains "TODO"',
    of: (bytes) => linesIn(bytes).filter((line) => line.includes("TODO")).length,
  },
  {
    task: "Count the occurrences of TODO",
    phrase: 'occurrences of "TODO"',
    one: 'occurrence of "TODO"',
    of: (bytes) => bytes.toString("latin1").split("TODO").length - 1,
  },
  { task: "Count the lines of all files", phrase: "lines", one: "line", of: (bytes) => linesIn(bytes).length },
  { task: "How large are the files?", phrase: "bytes", one: "byte", of: (bytes) => bytes.length },
];

test.each(questions)(
  "whatever files are called and contain, the figure is true: $task",
  ({ task, phrase, one, of }) => {
    assert(
      property(dictionary(path, content, { maxKeys: 12 }), (tree) => {
        using temp = folder("property");
        const found = fill(join(temp.path, "w"), { "first.txt": Buffer.from("TODO"), ...tree });
        const files = [...found.values()];
        const { text } = construct(task, join(temp.path, "w"), join(temp.path, "run"));
        const hits = files.filter((bytes) => of(bytes) > 0).length;
        expect(text.split("\n")[0]).toBe(
          `${count(files, of)} ${count(files, of) === 1 ? one : phrase} in ${hits} of ${files.length} ${files.length === 1 ? "file" : "files"} of the workspace.`,
        );
      }),
      { numRuns: 40 },
    );
  },
);

test("every file is listed under its exact name", () => {
  assert(
    property(dictionary(path, content, { minKeys: 1, maxKeys: 8 }), (tree) => {
      using temp = folder("property");
      const workspace = join(temp.path, "w");
      const files = fill(workspace, tree);
      const { text } = construct("List all files", workspace, join(temp.path, "run"));
      const rows = text.split("\n").filter((line) => line.startsWith("- "));
      expect(new Set(rows.map((row) => readPath(row.slice(2))))).toEqual(new Set(files.keys()));
    }),
    { numRuns: 40 },
  );
});

test("a path survives being shown on one line, and a shell word its quoting", () => {
  const anything = oneof(
    path,
    string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
  );
  assert(
    property(anything, (text) => {
      expect(readPath(showPath(text))).toBe(text);
      expect(showPath(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
  assert(
    property(array(anything, { minLength: 1, maxLength: 20 }), (texts) => {
      const ran = spawnSync("bash", ["--norc", "-c", `printf '%s\\0' ${texts.map(quoted).join(" ")}`], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      expect(ran.stdout.toString().split("\0").slice(0, -1)).toEqual(texts);
    }),
    { numRuns: 40 },
  );
});

test("what sed shows unambiguously is read back byte by byte, in any locale", () => {
  assert(
    property(
      array(oneof(path, string({ unit: "binary", maxLength: 200 })), { minLength: 1 }),
      constantFrom("C", "C.UTF-8"),
      (texts, locale) => {
        const lines = texts.map((text) => text.replaceAll("\n", "").replaceAll("\0", ""));
        const ran = spawnSync("sed", ["-n", "l;$="], {
          input: lines.map((line) => `${line}\n`).join(""),
          env: { LC_ALL: locale, PATH: process.env["PATH"] },
        });
        const read = readUnambiguous(ran.stdout.toString());
        expect(read.lines.map((line) => line.text)).toEqual(lines);
        expect(read.total).toBe(lines.length);
      },
    ),
    { numRuns: 40 },
  );
});

test("a planned task is read back as the job that it was made from", () => {
  const text = string({ unit: "grapheme", minLength: 1 });
  const scope = tuple(
    oneof(constantFrom(undefined), text),
    array(constantFrom("md", "ts", "d.ts", "c-1"), { maxLength: 3 }),
  ).map(([below, endings]) => ({ ...(below === undefined ? {} : { below }), endings }));
  assert(
    property(text, scope, text, (needle, where, file) => {
      const what = { measure: "occurrences" as const, text: needle, anyCase: true as const };
      const jobs: PlannedJob[] = [
        { kind: "discover", scope: where, list: file },
        { kind: "part", number: 2, of: 8, what, list: file, from: 3, to: 4, output: "parts/part-2.txt" },
        { kind: "report", what, scope: where, source: "parts/part-1.txt", parts: 8, output: file },
      ];
      for (const job of jobs) expect(readJob(showJob(job))).toEqual(job);
    }),
  );
});
