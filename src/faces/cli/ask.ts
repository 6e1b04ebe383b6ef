import { createInterface } from "node:readline";
import type { Input, Output } from "./world.ts";

/** `ended`: the netrunner closed the input or said nothing twice. `aborted`: the question is not open any more. */
export type Answer = { kind: "text"; text: string } | { kind: "ended" } | { kind: "aborted" };

export interface Question {
  input: Input;
  output: Output;
  signal: AbortSignal;
  /** The terminal gives Ctrl+C to the line editor and not to the process. */
  onInterrupt: () => void;
}

const prompt = "your answer> ";

/** Lets the netrunner type an answer on the terminal. Lines that were pasted together are one answer. */
export function ask({ input, output, signal, onInterrupt }: Question): Promise<Answer> {
  if (signal.aborted) return Promise.resolve({ kind: "aborted" });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const editor = createInterface({ input, output, terminal: true, prompt, historySize: 0 });
  const lines: string[] = [];
  let asked = 0;
  let closed = false;

  const finish = (answer: Answer): void => {
    resolve(answer);
    editor.close();
  };
  const abort = (): void => {
    output.write("\r\n");
    finish({ kind: "aborted" });
  };
  const takeText = (): string => lines.splice(0).join("\n").trim();
  const judge = (): void => {
    if (closed) return;
    const text = takeText();
    if (text !== "") finish({ kind: "text", text });
    else if (asked > 1) finish({ kind: "ended" });
    else again();
  };
  const again = (): void => {
    asked += 1;
    if (asked > 1) output.write("Please type an answer, for example: proceed (Ctrl+D stops here, to go on later)\r\n");
    editor.prompt();
  };

  editor.on("line", (line) => {
    lines.push(line);
    // The lines of one paste come in one piece: they are all here when the loop turns.
    if (lines.length === 1) setImmediate(judge);
  });
  editor.on("SIGINT", onInterrupt);
  editor.once("close", () => {
    closed = true;
    signal.removeEventListener("abort", abort);
    const text = takeText();
    resolve(text === "" ? { kind: "ended" } : { kind: "text", text });
  });
  signal.addEventListener("abort", abort, { once: true });
  again();
  return promise;
}
