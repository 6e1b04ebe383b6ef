import { posix } from "node:path";
import { unreachable } from "../base/fault.ts";
import { readJob, type Job } from "./job.ts";
import { homeInside, listCommand, listFiles, mostFiles, mustExist, pathFrom, tooMany, unreadable } from "./listing.ts";
import { measure, type Finding } from "./measure.ts";
import { linesOfRead, longestReadLine, readPart, writePart } from "./parts.ts";
import { mustCall, notDone, type Program } from "./program.ts";
import { leftOutSentence } from "./scope.ts";
import { bash, linesOf, quoted } from "./shell.ts";
import { foldersOf, notesOf, rowsOf, totalsOf } from "./summary.ts";
import { showWhat } from "./what.ts";
import { capabilities, signature } from "./wording.ts";
import { showPath } from "./pathtext.ts";

/** Where a construct works: from the first lines of its task message. */
export interface Place {
  workspace: string;
  /** Undefined when the task message names none. */
  runFolder: string | undefined;
}

/** The program for a task; its result is what the construct says at the end. */
export function* work(task: string, place: Place): Program<string> {
  const job = readJob(task);
  if (job === undefined) throw notDone(`the task was not understood. ${capabilities}`);
  switch (job.kind) {
    case "discover":
      return yield* discover(job, place);
    case "part":
      return yield* workPart(job, place);
    case "report":
      return yield* writeReport(job, place);
    case "direct":
      return yield* workAlone(job, place);
    default:
      return unreachable(job);
  }
}

function* discover(job: Extract<Job, { kind: "discover" }>, place: Place): Program<string> {
  yield* mustExist(job.scope);
  const list = inRunFolder(job.list, place);
  const home = homeOf(place);
  // The Write makes the folders; the shell then fills the file, so that odd names stay as they are.
  yield* write(list, "");
  yield* mustCall(bash(`${listCommand(job.scope, home)} > ${quoted(list)}`, "Write the list of files"));
  const first = yield* linesOf(`cat ${quoted(list)}`, "Read the list of files", 1, mostFiles + 1);
  if (first.length > mostFiles) throw notDone(tooMany);
  const notes = yield* unreadable(job.scope, home);
  const names = first.slice(0, 8).map((line, index) => `${index + 1}. ${showPath(pathFrom(line).text)}`);
  return lines(`Found ${first.length} files.`, `The list: ${list}`, ...names, ...notes, leftOutSentence);
}

function* workPart(job: Extract<Job, { kind: "part" }>, place: Place): Program<string> {
  const list = inRunFolder(job.list, place);
  const files = yield* linesOf(`cat ${quoted(list)} 2>/dev/null`, "Read this part of the list", job.from, job.to);
  if (files.length !== job.to - job.from + 1) throw notDone(`${list} has no lines ${job.from} to ${job.to}`);
  const findings = yield* measure(job.what, files.map(pathFrom));
  const output = inRunFolder(job.output, place);
  yield* write(output, writePart(`${showWhat(job.what)}: files ${job.from} to ${job.to} of the list`, findings));
  const rows = rowsOf(job.what, findings);
  return lines(
    totalsOf(job.what, { endings: [] }, findings).replace(" of the workspace", " of this part"),
    `Written: ${output}`,
    ...shown(rows, 20),
  );
}

function* writeReport(job: Extract<Job, { kind: "report" }>, place: Place): Program<string> {
  const findings = job.what.measure === "files" ? yield* readList(job.source, place) : yield* readParts(job, place);
  const notes = yield* unreadable(job.scope, homeOf(place));
  const output = inRunFolder(job.output, place);
  yield* write(output, reportText(job, findings, notes));
  return lines(
    totalsOf(job.what, job.scope, findings),
    ...notes,
    `The report: ${output}`,
    ...shown(rowsOf(job.what, findings), 10),
  );
}

function* workAlone(job: Extract<Job, { kind: "direct" }>, place: Place): Program<string> {
  const home = homeOf(place);
  const findings = yield* measure(job.what, yield* listFiles(job.scope, home));
  const notes = yield* unreadable(job.scope, home);
  const written: string[] = [];
  if (job.output !== undefined) {
    const output = inRunFolder(job.output, place);
    yield* write(output, reportText(job, findings, notes));
    written.push(`Written: ${output}`);
  }
  const folders = foldersOf(job.what, findings);
  return lines(
    totalsOf(job.what, job.scope, findings),
    ...written,
    ...shown(rowsOf(job.what, findings), 200),
    ...(folders.length > 1 ? ["For each top folder:", ...shown(folders, 50)] : []),
    ...notes,
    ...notesOf(job.what),
    signature,
  );
}

function* readList(source: string, place: Place): Program<Finding[]> {
  const files = yield* linesOf(`cat ${quoted(inRunFolder(source, place))} 2>/dev/null`, "Read the list of files");
  return files.map((line) => ({ path: pathFrom(line).text, value: line.exact ? 1 : undefined }));
}

/** Part 1 of `parts/count-1.txt` names the others: the number before the ending counts up. */
function* readParts(job: Extract<Job, { kind: "report" }>, place: Place): Program<Finding[]> {
  if (job.parts === 0) return [];
  const paths = Array.from({ length: job.parts }, (_, index) =>
    inRunFolder(job.source.replace(/1(?=\.txt$)/, String(index + 1)), place),
  );
  const outputs = yield paths.map((path) => ({ tool: "Read", input: { file_path: path } }));
  const findings: Finding[] = [];
  for (const [index, path] of paths.entries()) {
    const output = outputs[index];
    const read = output === undefined || output.failed ? [] : linesOfRead(output.text);
    const whole = read.every((line) => line.length < longestReadLine) ? readPart(read) : undefined;
    const part =
      whole ??
      readPart((yield* linesOf(`cat ${quoted(path)} 2>/dev/null`, "Read a long part")).map((line) => line.text));
    if (part === undefined) throw notDone(`${path} is missing or not whole`);
    findings.push(...part);
  }
  return findings;
}

/** The agent refuses to overwrite a file that it has not read: that is the file of a first attempt, so it is read. */
function* write(path: string, content: string): Program<void> {
  const output = (yield [{ tool: "Write", input: { file_path: path, content } }])[0];
  if (output !== undefined && !output.failed) return;
  if (output === undefined || !/\bread\b/i.test(output.text))
    throw notDone(`Write did not work: ${output?.text ?? ""}`);
  yield* mustCall({ tool: "Read", input: { file_path: path } });
  yield* mustCall({ tool: "Write", input: { file_path: path, content } });
}

function reportText(
  job: Pick<Extract<Job, { kind: "direct" }>, "what" | "scope">,
  findings: Finding[],
  notes: string[],
): string {
  const indented = (rows: string[]): string => rows.map((row) => `    ${row}`).join("\n");
  const folders = foldersOf(job.what, findings);
  const sections = [
    `# Report: ${showWhat(job.what)}`,
    totalsOf(job.what, job.scope, findings),
    indented(rowsOf(job.what, findings)),
    ...(folders.length > 1 ? ["For each top folder:", indented(folders)] : []),
    [...notes, ...notesOf(job.what)].join("\n"),
    signature,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function inRunFolder(name: string, place: Place): string {
  if (place.runFolder === undefined) throw notDone("the task names no run folder to write to");
  return posix.join(place.runFolder, name);
}

const homeOf = ({ workspace, runFolder }: Place): string | undefined =>
  runFolder === undefined ? undefined : homeInside(workspace, runFolder);

/** Rows with a mark before each, so that no file name can look like a line of ours. */
const shown = (rows: string[], most: number): string[] => [
  ...rows.slice(0, most).map((row) => `- ${row}`),
  ...(rows.length > most ? [`- … and ${rows.length - most} more`] : []),
];

const lines = (...rows: string[]): string => rows.join("\n");
