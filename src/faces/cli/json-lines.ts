/**
 * One value as one line of JSON. Characters that are legal in JSON and still dangerous in a terminal or a line reader
 * (C1 controls, line separators, bidirectional overrides) are written as escapes.
 */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replace(unsafe, escape)}\n`;

const unsafe = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;
const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
