import { constants } from "node:fs";
import { lstat, open, realpath, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";
import { isWithin } from "../base/files.ts";
import { oneLine } from "../base/text.ts";
import type { Command } from "../protocol/command.ts";
import type { ReadFile, RunFile } from "../protocol/run-files.ts";
import type { EventReader } from "../store/event-reader.ts";
import type { Replies } from "./port.ts";
import { namedFiles, placesOf } from "./run-record.ts";

export type FileCommand = Command & { type: "files.list" | "file.read" };

export const isFileCommand = (command: Command): command is FileCommand =>
  command.type === "files.list" || command.type === "file.read";

/** The most bytes of a file that are read. */
const mostRead = 2 * 1024 * 1024;

/** The files of a run, or what is in one of them. Only what the run has to do with is opened. */
export async function answerFiles(command: FileCommand, reader: EventReader): Promise<Replies[FileCommand["type"]]> {
  const { run } = command;
  const { workspace, folder } = placesOf(reader, run);
  if (command.type === "files.list") {
    const named = [...namedFiles(reader, run, { workspace, proven: false })];
    return { files: await Promise.all(named.map(async ([path, by]) => ({ path, by, bytes: await sizeOf(path) }))) };
  }
  const asked = resolve(workspace, command.path);
  const path = await realPathOf(asked);
  const [inHome, inFolder, inWorkspace] = await Promise.all(
    [reader.home, folder, workspace].map(async (place) => isWithin(path, await realpath(place).catch(() => place))),
  );
  // The deck's own files hold the key to its door.
  const isOfDeck = inHome === true && inFolder !== true;
  const isInside = inFolder === true || inWorkspace === true;
  if (isOfDeck || (!isInside && !namedFiles(reader, run, { workspace, proven: true }).has(path)))
    throw refused("file.outside", asked, `is none of the files of ${run}`, "See which there are: cyberdeck files");
  return read(path);
}

async function sizeOf(path: string): Promise<RunFile["bytes"]> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : null;
  } catch {
    // It is gone, or lies where nobody may look: either way there is nothing to show.
    return null;
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** @param path free of links when it was looked at; another thing in its place by now is refused */
async function read(path: string): Promise<ReadFile> {
  let file: FileHandle | undefined;
  try {
    // A device or a pipe does something already when it is opened.
    if (!(await lstat(path)).isFile()) throw notPlain(path);
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const found = await file.stat();
    if (!found.isFile()) throw notPlain(path);
    const { size, mtimeMs, ino, dev } = found;
    const now = await lstat(path);
    if ((await realpath(path)) !== path || now.ino !== ino || now.dev !== dev)
      throw refused("file.moved", path, "is being changed for another one", "Try it again.");
    const bytes = Buffer.alloc(Math.min(size, mostRead));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const content = bytes.subarray(0, bytesRead);
    const binary = content.includes(0);
    const cut = size > mostRead;
    // Of what is cut, a character that is not whole is left out.
    const text = binary ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(content, { stream: cut });
    return { path, text, bytes: size, cut, binary, modified: Math.round(mtimeMs) };
  } catch (error) {
    throw error instanceof Fault ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

const refused = (code: string, path: string, why: string, hint: string): Fault =>
  new Fault("refused", code, `${oneLine(path, 300)} ${why}.`, { hint });

const notPlain = (path: string): Fault =>
  refused("file.not_plain", path, "is no plain file, so it is not opened", "Name a file.");

const unreadable = (path: string, error: unknown): Fault =>
  errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR"
    ? refused("file.gone", path, "is not there", "It may have been moved or removed: cyberdeck files")
    : new Fault(
        "refused",
        "file.unreadable",
        `${oneLine(path, 300)} cannot be read (${errnoOf(error) ?? "unknown"}).`,
        {
          hint: "Look at its permissions.",
          cause: error,
        },
      );
