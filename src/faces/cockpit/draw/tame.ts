import { inert } from "../../../base/text.ts";

const plain = /^[\x20-\x7e]*$/;

/** A text of any origin as one line that no terminal acts on; tabs and line feeds become blanks. */
export const tame = (text: string): string => (plain.test(text) ? text : inert(text).replace(/[\t\n]+/g, " "));
