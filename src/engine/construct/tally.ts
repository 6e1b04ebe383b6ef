import type { AgentEvent, AgentExit, TurnEnd } from "../../drivers/agent.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { Denial, Outcome } from "../../protocol/outcome.ts";
import type { Surfaced } from "../../protocol/surfaced.ts";
import { headAndTail } from "../../base/text.ts";

/** What a construct's events add up to, kept while it runs, so that its outcome is at hand however it ends. */
export interface Tally {
  lastWords: string;
  lastToolOutput: string;
  sessionId: string | null;
  model: string | null;
  /** It ran in the provider's fast mode, as it says itself. */
  fast: boolean;
  turn: TurnEnd | null;
  turns: number;
  /** Paths of writing tool calls that are under way, by tool-use id. */
  writing: Map<string, string>;
  /** Paths that a successful writing call named, in order. */
  written: Set<string>;
  denials: Denial[];
  surfaced: Surfaced[];
  /** Plugins that did not start. */
  pluginsFailed: Set<string>;
}

export const newTally = (): Tally => ({
  lastWords: "",
  lastToolOutput: "",
  sessionId: null,
  model: null,
  fast: false,
  turn: null,
  turns: 0,
  writing: new Map(),
  written: new Set(),
  denials: [],
  surfaced: [],
  pluginsFailed: new Set(),
});

/** The tools that write a file, and the field of their input that names it. */
const writers: Record<string, string> = {
  Write: "file_path",
  Edit: "file_path",
  MultiEdit: "file_path",
  NotebookEdit: "notebook_path",
};

/** Adds one event, in place. */
export function count(tally: Tally, event: AgentEvent): void {
  switch (event.type) {
    case "ready":
      tally.sessionId = event.sessionId;
      tally.model = event.model;
      break;
    case "said":
      if (event.subagent === undefined && event.text.trim() !== "") tally.lastWords = event.text;
      break;
    case "tool.called": {
      const path = writtenPath(event.tool, event.input);
      if (path !== undefined) tally.writing.set(event.id, path);
      break;
    }
    case "tool.returned": {
      const path = tally.writing.get(event.id);
      tally.writing.delete(event.id);
      if (event.failed) break;
      if (path !== undefined) tally.written.add(path);
      if (event.text.trim() !== "") tally.lastToolOutput = event.text;
      break;
    }
    case "turn.ended":
      tally.turn = event.turn;
      tally.turns += event.turn.turns;
      tally.sessionId = event.turn.sessionId;
      tally.fast ||= event.turn.fast?.state === "on";
      break;
    default:
  }
}

/** The most bytes that an outcome keeps of a result text, head and tail; the transcript has all of it. */
const resultBytes = 256 * 1024;

/** What the construct leaves as its result: the result, else its last words, else the last tool output. */
export function resultOf(tally: Tally): Pick<Outcome, "result" | "result_from"> {
  const sources = [
    { result_from: "result", text: tally.turn?.ok === true ? tally.turn.text : "" },
    { result_from: "assistant", text: tally.lastWords },
    { result_from: "tool", text: tally.lastToolOutput },
  ] as const;
  const first = sources.find((source) => source.text.trim() !== "");
  if (first === undefined) return { result: "", result_from: "none" };
  return { result: headAndTail(first.text, resultBytes).text, result_from: first.result_from };
}

/** The end of a turn for the record. */
export const lastTurn = (turn: TurnEnd | null): Pick<EventBody<"construct.ending">, "turn"> =>
  turn === null
    ? {}
    : {
        turn: {
          text: headAndTail(turn.text, resultBytes).text,
          turns: turn.turns,
          refused: turn.refused,
          errors: turn.errors,
        },
      };

export function showExit(exit: AgentExit | null): string {
  if (exit === null) return "never started";
  if (exit.how === "code") return `code ${exit.code}`;
  return exit.how === "signal" ? `signal ${exit.signal}` : exit.reason;
}

function writtenPath(tool: string, input: unknown): string | undefined {
  const field = writers[tool];
  if (field === undefined || typeof input !== "object" || input === null) return undefined;
  const path: unknown = Reflect.get(input, field);
  return typeof path === "string" ? path : undefined;
}
