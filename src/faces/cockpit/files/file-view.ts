import { count, showBytes } from "../../../base/units.ts";
import { moment } from "../../words/amounts.ts";
import { clip, widthOf, wrap } from "../../words/width.ts";
import { blank, filling, line, type Drawing, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { shownOf } from "../draw/scroll.ts";
import { tame } from "../draw/tame.ts";
import { contentOf, drawTranscript, hasText } from "../draw/entries.ts";
import type { Seen } from "../page.ts";
import { nameOf } from "./file-list.ts";
import { readingOfFile } from "./file-reading.ts";
import { fileHere, fileParts, runOf, type FilePart, type FilesState, type OpenFile } from "./files-state.ts";
import { tailOf } from "./tail-of.ts";

/** An open file: what is known of it, what is shown of it and where one is in it, and its text or its changes. */
export function fileView(seen: Seen<FilesState>, open: OpenFile): Drawing {
  const { columns, rows } = seen.size;
  const entries = readingOfFile.entries(seen);
  const body =
    entries.length > 0
      ? drawTranscript(entries, readingOfFile.get(seen.state), readingOfFile.pane(seen))
      : emptyLines(open, columns);
  return filling([factsLine(seen, open), partsLine(seen, open), ...body], columns, rows);
}

function factsLine(seen: Seen<FilesState>, { path, text }: OpenFile): Line {
  const listed = fileHere(seen);
  const there = text.state === "there" ? text.it.about : undefined;
  const bytes = there?.bytes ?? listed?.file.bytes;
  const facts = [
    bytes === undefined || bytes === null ? "" : showBytes(bytes),
    there === undefined ? "" : `changed ${moment(there.modified)}`,
    listed === undefined ? "" : listed.constructs.join(" "),
  ].filter((fact) => fact !== "");
  const { columns } = seen.size;
  const told = clip(facts.join(" · "), Math.floor(columns * 0.7));
  const name = tailOf(tame(nameOf(path, runOf(seen))), Math.max(10, columns - widthOf(told) - 5));
  return line([` ${name}`, "strong"], [`  ${told}`, "faint"]);
}

const titles: Record<FilePart, string> = { text: "Text", changes: "Changes" };

function partsLine(seen: Seen<FilesState>, open: OpenFile): Line {
  const changes = open.changes.state === "there" ? open.changes.it : undefined;
  // So long a record is looked through a part at a time: there may be later ones.
  const found = changes === undefined ? "" : ` ${changes.entries.length}${changes.about.isWhole ? "" : "+"}`;
  const parts = fileParts.map((part): readonly [string, Look] => {
    const title = part === "changes" ? `${titles.changes}${found}` : titles[part];
    return part === open.part ? [` ▸ ${title} `, "border_focused"] : [`   ${title} `, "faint"];
  });
  const place = placeIn(seen, open);
  const looked = lookedFor(seen);
  const taken = parts.reduce((sum, [text]) => sum + widthOf(text), 1) + widthOf(looked) + widthOf(place);
  return line(
    ["─", "border"],
    ...parts,
    [looked, "match"],
    ["─".repeat(Math.max(0, seen.size.columns - taken - 1)), "border"],
    [place, "faint"],
    ["─", "border"],
  );
}

function lookedFor(seen: Seen<FilesState>): string {
  const { search } = readingOfFile.get(seen.state);
  if (search === "") return "";
  const found = readingOfFile.entries(seen).filter((entry) => hasText(entry, search)).length;
  return ` /${tame(search.slice(0, 30))}  in ${count(found, "line")} `;
}

function placeIn(seen: Seen<FilesState>, open: OpenFile): string {
  const entries = readingOfFile.entries(seen);
  const pane = readingOfFile.pane(seen);
  const reading = readingOfFile.get(seen.state);
  const { rows } = shownOf(contentOf(entries, reading, pane), reading.scroll, pane.height);
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return "";
  const cut = open.part === "text" && !open.wraps ? "long lines are cut · " : "";
  return ` ${cut}${first.place + 1}–${last.place + 1} of ${entries.length} `;
}

function emptyLines(open: OpenFile, columns: number): Line[] {
  const asked = open[open.part];
  const told = (text: string, look: Look, next: string): Line[] => [
    blank,
    ...wrap(tame(text), columns - 4).map((row) => line([`  ${row}`, look])),
    line([`  ${next}`, "faint"]),
  ];
  if (asked.state === "asked") return [blank, line(["  It is being read…", "faint"])];
  if (asked.state === "refused") return told(asked.problem, "warning", "Tab shows what else is known of it.");
  if (open.part === "changes")
    return told(
      "No change of it by Write or Edit is on record.",
      "plain",
      "A command may have written it, or a construct has only shown it: c goes to the construct.",
    );
  const { binary, bytes } = open.text.state === "there" ? open.text.it.about : { binary: false, bytes: 0 };
  return binary
    ? told(`${showBytes(bytes)}, and no text: it is not shown.`, "plain", "y copies its path, to open it elsewhere.")
    : told("It is empty.", "plain", "Tab shows its changes on record.");
}
