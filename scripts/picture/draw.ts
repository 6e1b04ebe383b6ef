import type { Look, Screen, Span } from "./screen.ts";
import { size, theme } from "./theme.ts";

/** Width and height of the whole picture. */
export function extent(columns: number, rows: number): { width: number; height: number } {
  return {
    width: Math.round(columns * size.cell + 2 * size.padding),
    height: size.bar + rows * size.line + Math.round(1.5 * size.padding),
  };
}

/** The window around `content`, which is drawn with the terminal's first cell at the origin. */
export function drawWindow(parts: {
  columns: number;
  rows: number;
  title: string;
  style: string;
  content: string;
}): string {
  const { width, height } = extent(parts.columns, parts.rows);
  const lights = theme.lights.map((color, index) => `<circle cx="${22 + index * 20}" cy="19" r="6" fill="${color}"/>`);
  const edge = `x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${size.radius}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(parts.title)}">`,
    `<style>${baseStyle()}${parts.style}</style>`,
    `<clipPath id="w"><rect ${edge}/></clipPath>`,
    `<g clip-path="url(#w)"><rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    `<rect width="${width}" height="${size.bar}" fill="${theme.bar}"/></g>`,
    `<rect ${edge} fill="none" stroke="${theme.edge}"/>`,
    ...lights,
    `<text x="${width / 2}" y="24" text-anchor="middle" fill="${theme.title}" font-size="13">${escape(parts.title)}</text>`,
    // A viewport of its own: what an animation moves aside is cut off here.
    `<svg x="${size.padding}" y="${size.bar + Math.round(size.padding / 2)}" width="${width - size.padding}" height="${parts.rows * size.line + 4}">`,
    parts.content,
    "</svg></svg>\n",
  ].join("\n");
}

/** One row, to be moved to its line. Empty for an empty row. */
export const drawRow = (spans: Span[]): string => spans.map((span) => drawBackground(span) + drawText(span)).join("");

/** All rows of a screen in their lines. */
export function drawScreen(screen: Screen): string {
  const lines = screen.map((spans, row) =>
    spans.length === 0 ? "" : `<g transform="translate(0 ${row * size.line})">${drawRow(spans)}</g>`,
  );
  return lines.filter((line) => line !== "").join("\n");
}

export const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function baseStyle(): string {
  const colors = theme.palette.map((color, index) => `.c${index}{fill:${color}}`).join("");
  // White-space: blanks within a span are kept as they are.
  return `text{font:${size.font}px ${theme.font};fill:${theme.text};white-space:pre}.b{font-weight:700}.d{fill:${theme.faint}}${colors}.n{fill:${theme.background}}`;
}

function drawText(span: Span): string {
  if (span.text.trim() === "") return "";
  const names = classes(span);
  const attributes = [
    `x="${place(span.column)}"`,
    'y="15"',
    ...(names === "" ? [] : [`class="${names}"`]),
    // Whatever font it is, the span takes its columns.
    ...(span.cells > 1 ? [`textLength="${place(span.cells)}"`] : []),
  ];
  return `<text ${attributes.join(" ")}>${escape(span.text)}</text>`;
}

function drawBackground(span: Span): string {
  const fill = backgroundOf(span);
  if (fill === undefined) return "";
  return `<rect x="${place(span.column)}" width="${place(span.cells)}" height="${size.line}" fill="${fill}"/>`;
}

function backgroundOf(look: Look): string | undefined {
  if (look.inverse) return colorOf(look.color) ?? theme.text;
  return colorOf(look.background);
}

function classes(look: Look): string {
  const names: string[] = [];
  if (look.bold) names.push("b");
  if (look.inverse) names.push("n");
  else if (look.dim) names.push("d");
  else if (look.color !== undefined && look.color < theme.palette.length) names.push(`c${look.color}`);
  return names.join(" ");
}

const colorOf = (color: number | undefined): string | undefined =>
  color === undefined ? undefined : theme.palette[color];

/** Pixels of so many columns, without digits that nobody can see. */
const place = (columns: number): number => Math.round(columns * size.cell * 10) / 10;
