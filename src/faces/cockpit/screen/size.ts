/** Columns and rows of a terminal, or of a part of it. */
export interface Size {
  columns: number;
  rows: number;
}
