import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { errnoOf, Fault } from "../../base/fault.ts";
import { flatEvent } from "../../protocol/event.ts";
import { foldRunEvents } from "../../protocol/snapshot.ts";
import type { ExportedRun } from "../../protocol/retention.ts";
import { summaryOf } from "../../protocol/view.ts";
import { schemaVersion } from "../database.ts";
import type { EventReader } from "../event-reader.ts";
import { runPath } from "../home.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { reportOf } from "../report.ts";
import { storageFault } from "../storage-fault.ts";
import { tarEnd, tarHeader, tarPadding, type TarEntry } from "./tar.ts";

interface ExportOrder {
  reader: EventReader;
  redactor: Redactor;
  run: string;
  /** Where the archive is to be; a file that is there is never written over. */
  to: string;
  /** Of this Cyberdeck. */
  version: string;
  now: number;
}

/**
 * Puts all that is kept of a run into one archive (tar.gz): its events from the record, a report as of now, its folder, and a
 * manifest with the hash of each file. Secrets are taken out of texts once more: an old record may hold some.
 */
export async function exportRun(order: ExportOrder): Promise<ExportedRun> {
  const { to } = order;
  let isOurs = false;
  try {
    const file = createWriteStream(to, { flags: "wx", mode: 0o600 });
    file.once("open", () => {
      isOurs = true;
    });
    let files = 0;
    const pieces = archive(order, () => {
      files += 1;
    });
    await pipeline(Readable.from(pieces), createGzip(), file);
    return { path: to, files, bytes: file.bytesWritten };
  } catch (error) {
    if (errnoOf(error) === "EEXIST")
      throw new Fault("usage", "export.exists", `${to} is there already`, {
        facts: { path: to },
        hint: "Nothing was written. Name another file with --to, or move that one away.",
        cause: error,
      });
    if (isOurs) await rm(to, { force: true });
    if (!isOurs && errnoOf(error) === "ENOENT")
      throw new Fault("storage", "export.no_folder", `there is no folder for ${to}`, {
        facts: { path: to },
        hint: "Make the folder, or name another file with --to.",
        cause: error,
      });
    throw storageFault(error, "could not write the archive", to);
  }
}

/** What the manifest says of a file. */
interface Listed {
  path: string;
  size: number;
  sha256: string;
  /** Whether secrets were looked for: not in what is no text, or too large to be looked through at once. */
  looked_through: boolean;
}

async function* archive(order: ExportOrder, onFile: () => void): AsyncGenerator<Uint8Array> {
  const { reader, redactor, run, version, now } = order;
  const folder = runPath(reader.home, run);
  // What is recorded from here on is not in the archive, so that its parts agree.
  const lastSeq = reader.lastSeq();
  const view = foldRunEvents(eventsUpTo(reader, run, lastSeq));
  if (view === undefined)
    throw new Fault("usage", "run.unknown", `There is no run ${run} in ${reader.home}.`, {
      hint: "List the runs with: cyberdeck runs",
    });
  const listed: Listed[] = [];
  const skipped: string[] = [];

  async function* put(
    entry: TarEntry,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    lookedThrough: boolean,
  ) {
    const hash = createHash("sha256");
    let size = 0;
    yield tarHeader(entry);
    for await (const piece of content) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
    if (size !== entry.size)
      throw new Fault("storage", "export.changed", `${entry.path} has changed while it was read`, {
        hint: "Try again when the run is closed.",
      });
    yield tarPadding(size);
    onFile();
    listed.push({ path: entry.path, size, sha256: hash.digest("hex"), looked_through: lookedThrough });
  }
  const putText = (path: string, text: string, modifiedAt: number) => {
    const bytes = Buffer.from(text);
    return put({ path: `${run}/${path}`, size: bytes.length, modifiedAt }, [bytes], true);
  };

  const lines = (): Generator<Uint8Array> => eventLines(reader, redactor, run, lastSeq);
  let size = 0;
  for (const line of lines()) size += line.length;
  yield* put({ path: `${run}/events.ndjson`, size, modifiedAt: view.lastAt }, lines(), true);
  yield* putText("report.md", reportOf(redactor.value(view), eventsUpTo(reader, run, lastSeq)), view.lastAt);
  for (const path of await filesIn(folder, skipped)) {
    const name = relative(folder, path).split(sep).join("/");
    if (name === "events.ndjson" || name === "report.md") continue;
    const { size: bytes, mtimeMs } = await stat(path);
    const text = bytes <= mostText ? await textOf(path) : undefined;
    if (text !== undefined) yield* putText(name, redactor.text(text), mtimeMs);
    else
      yield* put(
        { path: `${run}/${name}`, size: bytes, modifiedAt: mtimeMs },
        createReadStream(path, { end: Math.max(0, bytes - 1) }),
        false,
      );
  }
  const manifest = {
    format: 1,
    ...summaryOf(redactor.value(view)),
    exported_at: new Date(now).toISOString(),
    versions: { cyberdeck: version, record: schemaVersion, node: process.versions.node },
    decks: decksOf(reader, run, lastSeq),
    events: reader.countOf(run, lastSeq),
    last_seq: view.lastSeq,
    files: listed,
    // Links lead out of the folder, or to what is in the archive anyway.
    left_out: skipped.map((path) => relative(folder, path)),
  };
  yield* putText("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`, now);
  yield tarEnd();
}

/** The largest file in which secrets are looked for, bytes: it is held in memory. */
const mostText = 16 * 1024 * 1024;

function* eventsUpTo(reader: EventReader, run: string, lastSeq: number) {
  for (const event of reader.eventsOf(run)) {
    if (event.seq > lastSeq) return;
    yield event;
  }
}

function* eventLines(reader: EventReader, redactor: Redactor, run: string, lastSeq: number): Generator<Uint8Array> {
  for (const event of eventsUpTo(reader, run, lastSeq))
    yield Buffer.from(`${JSON.stringify(redactor.value(flatEvent(event)))}\n`);
}

/** The versions of the decks that have worked on a run. */
function decksOf(reader: EventReader, run: string, lastSeq: number): string[] {
  const decks = new Set<string>();
  for (const event of eventsUpTo(reader, run, lastSeq))
    if (event.type === "run.opened" || event.type === "run.resumed") decks.add(event.body.deck);
  return [...decks];
}

/** The plain files in a folder and below it; a folder that is gone has none. */
async function filesIn(folder: string, skipped: string[]): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) found.push(path);
      else if (!entry.isDirectory()) skipped.push(path);
    }
    return found.toSorted();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString("utf8") : undefined;
}
