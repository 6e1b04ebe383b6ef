import type { Grid } from "./grid.ts";
import type { Input } from "./input.ts";
import type { Size } from "./size.ts";

/** A terminal as the cockpit needs it: frames out, inputs in. The only thing that knows of terminals behind it is its maker. */
export interface Screen {
  readonly size: Size;
  /** Shows a frame of exactly `size`; what is the same as before is not sent again. */
  show(frame: Grid): void;
  /** Sends what is no part of the picture: a bell, a title, a notification, a text for the clipboard. */
  signal(sequence: string): void;
  /** Takes the whole terminal over; inputs and changes of size are handed on from here. */
  start(on: { input: (input: Input) => void; resize: (size: Size) => void }): void;
  /** Gives the terminal back as it was found. Can be started again. Never throws: it is called when all else fails. */
  stop(): void;
}
