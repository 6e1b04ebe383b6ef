import { join } from "node:path";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";

/** The sizes at which every screen and dialog is kept as a frame. */
export const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
];

const sizeName = ({ columns, rows }: Size): string => `${columns}x${rows}`;

/**
 * Where the picture of a screen is kept: `await expect(picture(frame)).toMatchFileSnapshot(keptFrame("fleet", size))`. After a change
 * that is meant, look at the new ones, then keep them: `npx vitest run test/faces/cockpit -u`.
 */
export const keptFrame = (name: string, size: Size): string =>
  join(import.meta.dirname, "..", "frames", `${name}-${sizeName(size)}.txt`);

export const picture = (frame: readonly string[]): string => `${frame.join("\n")}\n`;
