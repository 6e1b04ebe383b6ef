import { expect, test } from "vitest";
import { readJob } from "../../src/offline/job.ts";
import { readIntent } from "../../src/offline/intent.ts";

test.each([
  "Delete all files that contain TODO",
  "Count the TODOs and then fix them",
  "Please rename the largest file",
  "Refactor the parser",
  "Write a poem",
  "Find the files that contain TODO and remove them",
  "Explain how the build works",
  "",
  "hello",
  "TODO",
  "Make the tests pass",
  `Count the words ${"x ".repeat(2000)}`,
])("what is more than reading and counting is not understood: %s", (sentence) => {
  expect(readIntent(sentence)).toBeUndefined();
});

test("a task that is made to slow the reader down is read at once", () => {
  expect(readJob(`Find the files of the workspace with names that end in ${".a".repeat(5000)}!`)).toBeUndefined();
  expect(readJob(`Part 1 of 1: find the lines that contain "${'\\\\"'.repeat(5000)} in the files`)).toBeUndefined();
});

const todo = { measure: "lines-with", text: "TODO" };

test.each([
  ["Count the TODO comments in each file and write a report", { what: todo, scope: { endings: [] } }],
  ["count TODOs", { what: todo, scope: { endings: [] } }],
  ["How many TODOs are there in src?", { what: todo, scope: { below: "src", endings: [] } }],
  [
    "Count the TODO comments in every file of src and write a report",
    { what: todo, scope: { below: "src", endings: [] } },
  ],
  ['Count TODO in the files of "my src"', { what: todo, scope: { below: "my src", endings: [] } }],
  ["List the files of docs", { what: { measure: "files" }, scope: { below: "docs", endings: [] } }],
  [
    "How many files of type markdown are there?",
    { what: { measure: "files" }, scope: { endings: ["md", "markdown"] } },
  ],
  ["Count the TODO comments in this repository.", { what: todo, scope: { endings: [] } }],
  ["Count the TODO comments of every file in the workspace", { what: todo, scope: { endings: [] } }],
  [
    'Count lines with "a b" in the folder "my docs"',
    { what: { measure: "lines-with", text: "a b" }, scope: { below: "my docs", endings: [] } },
  ],
  [
    "count TODO in ./src/deep/ in the TypeScript files",
    { what: todo, scope: { below: "./src/deep/", endings: ["ts", "tsx"] } },
  ],
  [
    "count FIXME in README.md",
    { what: { measure: "lines-with", text: "FIXME" }, scope: { below: "README.md", endings: [] } },
  ],
  [
    "how often does “fix it” occur, ignoring case?",
    { what: { measure: "occurrences", text: "fix it", anyCase: true }, scope: { endings: [] } },
  ],
  [
    "Count the occurrences of the word apple",
    { what: { measure: "occurrences", text: "apple" }, scope: { endings: [] } },
  ],
  ["which files contain `delete`?", { what: { measure: "files-with", text: "delete" }, scope: { endings: [] } }],
  [
    "Search for FIXME in the docs folder",
    { what: { measure: "files-with", text: "FIXME" }, scope: { below: "docs", endings: [] } },
  ],
  ["Count the lines of all *.ts files", { what: { measure: "lines" }, scope: { endings: ["ts"] } }],
  ["How many words are in the Markdown files?", { what: { measure: "words" }, scope: { endings: ["md", "markdown"] } }],
  ["List the files below docs", { what: { measure: "files" }, scope: { below: "docs", endings: [] } }],
  ["list all .json and .yaml files", { what: { measure: "files" }, scope: { endings: ["json", "yaml"] } }],
  [
    "Summarise the headings of the Markdown files in docs",
    { what: { measure: "headings" }, scope: { below: "docs", endings: ["md", "markdown"] } },
  ],
  ["Summarize the docs by headings", { what: { measure: "headings" }, scope: { endings: ["md", "markdown"] } }],
  ["Which are the largest files?", { what: { measure: "bytes" }, scope: { endings: [] } }],
  ["Compare the sizes of the folders", { what: { measure: "bytes" }, scope: { endings: [] } }],
  ["Count TODO and write the totals to notes/todo.md", { what: todo, scope: { endings: [] }, output: "notes/todo.md" }],
  ['Count TODO and save it as "/etc/passwd.md"', { what: todo, scope: { endings: [] } }],
  ['Count TODO and save it as "../up.md"', { what: todo, scope: { endings: [] } }],
  ["Count TODO and write the result to report.md", { what: todo, scope: { endings: [] } }],
])("%s", (sentence, intent) => {
  expect(readIntent(sentence)).toEqual(intent);
});
