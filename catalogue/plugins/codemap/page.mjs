/** The map for a reader: short lines, the figures first. */
export function page(map) {
  const parts = [
    [
      `${clean(map.folder)}: ${map.files} files (${map.tests} of them tests), ${map.lines} lines, ${size(map.bytes)}` +
        `${map.listed_by === "git" ? "" : "; no git"}${map.cut ? "; cut, there are more files" : ""}`,
    ],
    table(
      "languages",
      map.languages.map(({ name, files, lines }) => [lines, "lines", files, "files", name]),
    ),
    table(
      "folders",
      map.folders.map(({ name, files, lines }) => [lines, "lines", files, "files", name]),
    ),
    map.key_files.length === 0 ? [] : ["key files", `  ${map.key_files.map(clean).join("  ")}`],
    table(
      "largest",
      map.largest.map(({ path, lines }) => [lines, "lines", path]),
    ),
    table(
      "most imported",
      map.most_imported.map(({ path, by }) => [by, "files import", path]),
    ),
    table(
      `most changed in ${map.days} days`,
      (map.most_changed ?? []).map(({ path, commits }) => [commits, "commits", path]),
    ),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function table(title, rows) {
  if (rows.length === 0) return [];
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => String(row[at]).length)));
  const cell = (value, at) => (typeof value === "number" ? String(value).padStart(widths[at]) : clean(value));
  return [title, ...rows.map((row) => `  ${row.map(cell).join(" ")}`)];
}

/** Names of files may hold anything; on the page they are one line of harmless characters. */
const clean = (text) => text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "?");

const size = (bytes) =>
  bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
