import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { churnOf } from "./churn.mjs";
import { importsIn, resolver } from "./imports.mjs";
import { languageOf } from "./languages.mjs";

/** Larger files are counted by their bytes alone. */
const largestRead = 1024 * 1024;

/** All that is read of a repository, bytes: a page must not take minutes. */
const mostRead = 256 * 1024 * 1024;

/** The map as plain data. */
export function mapOf(root, { paths, from, isCut }, { top, days }) {
  const find = resolver(new Set(paths));
  const files = [];
  const importers = new Map();
  let read = 0;
  for (const path of paths) {
    const language = languageOf(path);
    const found = look(resolve(root, path), language !== undefined && read < mostRead);
    if (found === undefined) continue;
    read += found.text?.length ?? 0;
    files.push({ path, bytes: found.bytes, lines: found.text === undefined ? 0 : linesOf(found.text), language });
    if (found.text === undefined) continue;
    for (const target of new Set(importsIn(found.text.toString("utf8"), path, find)))
      if (target !== path) importers.set(target, (importers.get(target) ?? 0) + 1);
  }
  const best = (list, by) => list.toSorted((one, other) => by(other) - by(one) || (one.path < other.path ? -1 : 1));
  const churn = churnOf(root, days);
  return {
    folder: root,
    listed_by: from,
    cut: isCut,
    files: files.length,
    lines: sum(files, "lines"),
    bytes: sum(files, "bytes"),
    tests: files.filter(({ path }) => isTest(path)).length,
    languages: grouped(files, ({ language }) => language ?? "other").slice(0, top),
    folders: grouped(files, ({ path }) => folderOf(path)).slice(0, top),
    key_files: files
      .map(({ path }) => path)
      .filter(isKey)
      .slice(0, 3 * top),
    largest: best(
      files.filter(({ lines }) => lines > 0),
      ({ lines }) => lines,
    )
      .slice(0, top)
      .map(({ path, lines }) => ({ path, lines })),
    most_imported: best(
      [...importers].map(([path, by]) => ({ path, by })),
      ({ by }) => by,
    ).slice(0, top),
    days,
    most_changed: churn === undefined ? null : best(churn, ({ commits }) => commits).slice(0, top),
  };
}

/** Size, and the text where it is one of a moderate size. Never waits: a named pipe is passed over. */
function look(path, wantsText) {
  let handle;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const state = fstatSync(handle);
    if (!state.isFile()) return undefined;
    if (!wantsText || state.size > largestRead) return { bytes: state.size };
    const room = Buffer.alloc(state.size);
    const text = room.subarray(0, readSync(handle, room, 0, room.length, 0));
    return text.includes(0) ? { bytes: state.size } : { bytes: state.size, text };
  } catch {
    // Gone, a link, or not ours to read: it is not on the map.
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function linesOf(text) {
  let lines = text.length > 0 && text.at(-1) !== 10 ? 1 : 0;
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function grouped(files, nameOf) {
  const groups = new Map();
  for (const file of files) {
    const name = nameOf(file);
    const group = groups.get(name) ?? { name, files: 0, lines: 0, bytes: 0 };
    group.files += 1;
    group.lines += file.lines;
    group.bytes += file.bytes;
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => other.lines - one.lines || other.bytes - one.bytes);
}

const sum = (files, field) => files.reduce((total, file) => total + file[field], 0);

/** Two levels tell more than one: `src/engine`, `packages/core`. */
const folderOf = (path) => path.split("/").slice(0, -1).slice(0, 2).join("/") || ".";

const isTest = (path) =>
  /(?:^|\/)(?:tests?|spec|__tests__)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)test_[^/]*\.py$|_test\.go$/.test(path);

const isKey = (path) =>
  /^(?:README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|LICENSE|Makefile|justfile|Dockerfile|CMakeLists\.txt|AGENTS\.md|CLAUDE\.md)/.test(
    path,
  ) ||
  /^(?:[^/]+\/){0,2}(?:package\.json|pyproject\.toml|setup\.py|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|mix\.exs)$/.test(
    path,
  );
