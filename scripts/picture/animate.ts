import { drawRow, drawWindow, extent } from "./draw.ts";
import type { Frame, Recording } from "./record.ts";
import { size } from "./theme.ts";

/** Pictures that follow each other faster than this are not seen apart, milliseconds. */
const leastGap = 110;

/** Nothing is to be seen for longer than this: the rest of the wait is cut out, milliseconds. */
const mostGap = 1200;

/** How long the last picture stays, milliseconds. */
const lastFor = 6000;

/**
 * One picture that plays the recording: every frame beside the other, and a window that jumps along them by CSS. A row that
 * occurs again, wherever it stands, is drawn once and used again, so the size grows by what is new.
 */
export function animate(recording: Recording, title: string, still: number): string {
  const frames = paced(recording.frames);
  const { columns, rows } = recording;
  const width = extent(columns, rows).width;
  const ids = new Map<string, string>();
  const pictures = frames.map(({ screen }, index) => {
    const uses = screen.flatMap((spans, row) => {
      if (spans.length === 0) return [];
      const drawn = drawRow(spans);
      const id = ids.get(drawn) ?? `r${ids.size.toString(36)}`;
      ids.set(drawn, id);
      return [`<use href="#${id}"${row === 0 ? "" : ` y="${row * size.line}"`}/>`];
    });
    return `<g transform="translate(${index * width} 0)">${uses.join("")}</g>`;
  });
  const total = (frames.at(-1)?.at ?? 0) + lastFor;
  const steps = frames.map(({ at }, index) => `${percent(at / total)}{transform:translateX(${-index * width}px)}`);
  const style =
    `@keyframes play{${steps.join("")}}` +
    `.play{animation:play ${(total / 1000).toFixed(1)}s step-end infinite}` +
    `@media (prefers-reduced-motion:reduce){.play{animation:none;transform:translateX(${-nearest(frames, still) * width}px)}}`;
  const definitions = [...ids].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`).join("\n");
  const content = `<defs>\n${definitions}\n</defs>\n<g class="play">\n${pictures.join("\n")}\n</g>`;
  return drawWindow({ columns, rows, title, style, content });
}

/** The frames at the pace at which they are shown: near ones merged, long waits shortened. */
function paced(all: Frame[]): Frame[] {
  const distinct = all.filter(
    (frame, index) => JSON.stringify(frame.screen) !== JSON.stringify(all[index - 1]?.screen),
  );
  const seen = distinct.filter((frame, index) => {
    const next = distinct[index + 1];
    return next === undefined || next.at - frame.at >= leastGap;
  });
  let cut = 0;
  return seen.map((frame, index) => {
    const before = seen[index - 1]?.at ?? frame.at;
    cut += Math.max(0, frame.at - before - mostGap);
    return { ...frame, at: frame.at - cut };
  });
}

/** The frame that is nearest to the given part of the whole, 0 to 1. */
const nearest = (frames: Frame[], part: number): number => Math.round((frames.length - 1) * part);

const percent = (part: number): string => `${(part * 100).toFixed(2).replace(/\.?0+$/, "")}%`;
