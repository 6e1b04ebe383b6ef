// Records a real offline run in a pseudo terminal and draws it: docs/run.svg (animated), docs/run-middle.svg and
// docs/run-end.svg. Run it again whenever the live view has changed: node scripts/picture.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { animate } from "./picture/animate.ts";
import { drawScreen, drawWindow } from "./picture/draw.ts";
import { record, type Frame } from "./picture/record.ts";
import { makeWebshop } from "./picture/workspace.ts";

const root = join(import.meta.dirname, "..");
const goal = "Count the TODO comments in every file of src and write a report";

// A short name of its own, because it is to be seen in the picture.
const workspace = join(tmpdir(), "webshop");
mkdirSync(workspace);
const home = mkdtempSync(join(tmpdir(), "picture-home-"));
try {
  makeWebshop(workspace);
  const recording = await record({
    prompt: "\u001b[36mwebshop\u001b[0m \u001b[2m$\u001b[0m ",
    typed: `cyberdeck run --offline "${goal}"`,
    command: process.execPath,
    args: [join(root, "src", "bin", "cyberdeck.ts"), "run", "--embedded", "--offline", goal],
    cwd: workspace,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8" },
    columns: 100,
    rows: 30,
  });
  const { frames, columns } = recording;
  const end = frames.at(-1);
  const middle = busiest(frames);
  if (end === undefined || middle === undefined) throw new Error("nothing was recorded");
  const title = "cyberdeck";
  const still = ({ screen }: Frame): string => {
    const used = screen.findLastIndex((spans) => spans.length > 0) + 1;
    return drawWindow({ columns, rows: used, title, style: "", content: drawScreen(screen.slice(0, used)) });
  };
  const pictures = {
    "run.svg": animate(recording, title, frames.indexOf(middle) / frames.length),
    "run-middle.svg": still(middle),
    "run-end.svg": still(end),
  };
  mkdirSync(join(root, "docs"), { recursive: true });
  for (const [name, text] of Object.entries(pictures)) {
    if (text.includes(root) || text.includes(home)) throw new Error(`${name} would show a path of this machine`);
    writeFileSync(join(root, "docs", name), text);
    console.log(`docs/${name}: ${Math.round(text.length / 1024)} KB`);
  }
} finally {
  for (const folder of [workspace, home]) rmSync(folder, { recursive: true, force: true });
}

/** The frame in which most is going on: constructs at work count more than starting ones, and those more than queued ones. */
function busiest(all: Frame[]): Frame | undefined {
  const weights: Record<string, number> = { "●": 3, "○": 2, "·": 1 };
  const busy = (frame: Frame): number =>
    frame.screen.reduce((sum, spans) => sum + (weights[firstGlyph(spans)] ?? 0), 0);
  const most = Math.max(...all.map(busy));
  return all.findLast((frame) => busy(frame) === most);
}

/** A symbol at the very beginning of a row; a construct's line has one. */
function firstGlyph(spans: Frame["screen"][number]): string {
  return spans[0]?.column === 0 ? (spans[0].text.split(" ")[0] ?? "") : "";
}
