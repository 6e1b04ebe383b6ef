import { join } from "node:path";
import { expect } from "vitest";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";

/** The sizes at which every screen and dialog is kept as a frame. */
export const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
];

export const sizeName = ({ columns, rows }: Size): string => `${columns}x${rows}`;

/**
 * Compares a picture with the one that is kept in `test/faces/cockpit/frames`. After a change that is meant: look at the new ones, then
 * keep them with `npx vitest run test/faces/cockpit -u`.
 */
export async function expectFrame(name: string, size: Size, frame: readonly string[]): Promise<void> {
  const path = join(import.meta.dirname, "..", "frames", `${name}-${sizeName(size)}.txt`);
  await expect(`${frame.join("\n")}\n`).toMatchFileSnapshot(path);
}
