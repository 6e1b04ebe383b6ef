// A deck in miniature: it carries messages between the scripted model and the tools, and nothing else.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { offlineModel } from "../../src/offline/model.ts";
import { parseRequest } from "../../src/offline/request.ts";
import type { Reply } from "../../src/offline/reply.ts";
import { extractActionBlock } from "../../src/protocol/extract.ts";
import type { ActionBlock } from "../../src/protocol/action.ts";
import { heading, outcomeText, taskMessage } from "../../src/protocol/briefing.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { toolBox } from "./tools.ts";
import { anOutcome } from "../kit/outcome.ts";

interface Message {
  role: "user" | "assistant" | "system";
  content: unknown;
}

const answer = offlineModel();
const neverDeny = (): undefined => undefined;

/** A temporary folder that goes away with the `using` block. */
export function folder(name: string): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), `deck ${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function ask(messages: Message[], tools: string[]): Reply {
  const body: unknown = JSON.parse(JSON.stringify({ model: "m", messages, tools: tools.map((name) => ({ name })) }));
  const parsed = parseRequest(body, JSON.stringify(body).length, "s");
  if (!parsed.ok) throw new Error(parsed.problem);
  const given = answer(parsed.request);
  if (given instanceof Promise) throw new Error("the scripted model answers at once");
  return given;
}

const textOf = (reply: Reply): string =>
  reply.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");

export interface Worked {
  text: string;
  commands: string[];
  turns: number;
  messages: Message[];
}

export interface WorkOptions {
  deny?: (tool: string, input: unknown) => string | undefined;
  tools?: string[];
  history?: Message[];
  /** The task is sent as it is, not as a task message. */
  plain?: boolean;
  /** Called after each round of tool results. */
  between?: (messages: Message[]) => void;
}

/** One construct: the task, the tool calls carried out for real, and what it said at the end. */
export function construct(task: string, workspace: string, runFolder: string, options: WorkOptions = {}): Worked {
  const box = toolBox(workspace, options.deny ?? neverDeny);
  const content = options.plain === true ? task : taskMessage({ workspace, runFolder, task, earlier: [] });
  const messages: Message[] = [...(options.history ?? []), { role: "user", content }];
  for (let turns = 1; turns <= 500; turns += 1) {
    const given = ask(messages, options.tools ?? ["Bash", "Read", "Write", "Glob", "Grep"]);
    const calls = given.content.flatMap((part, index) =>
      part.type === "tool_use" ? [{ ...part, id: `toolu_${messages.length}_${index}` }] : [],
    );
    messages.push({ role: "assistant", content: calls.length === 0 ? given.content : calls });
    if (calls.length === 0) return { text: textOf(given), commands: box.commands, turns, messages };
    const results = calls.map((planned) => {
      const { text, failed } = box.run(planned.name, planned.input);
      return { type: "tool_result", tool_use_id: planned.id, content: text, is_error: failed };
    });
    messages.push({ role: "user", content: results });
    options.between?.(messages);
  }
  throw new Error("the construct did not end within 500 turns");
}

export class Daemon {
  readonly messages: Message[] = [];
  readonly workspace: string;
  readonly runFolder: string;
  constructor(workspace: string, runFolder: string) {
    this.workspace = workspace;
    this.runFolder = runFolder;
  }

  goal(goal: string): ActionBlock {
    return this.tell(
      `${heading.goal} ${goal}\n${heading.workspace} ${this.workspace}\n${heading.runFolder} ${this.runFolder}\n`,
    );
  }

  tell(text: string): ActionBlock {
    this.messages.push({ role: "user", content: text });
    const said = textOf(ask(this.messages, []));
    this.messages.push({ role: "assistant", content: [{ type: "text", text: said }] });
    const parsed = extractActionBlock(said);
    if (!parsed.ok || parsed.value.rejected.length > 0) throw new Error(`not a valid block: ${said}`);
    return parsed.value.block;
  }

  outcomes(list: Outcome[]): ActionBlock {
    const texts = list.map((outcome) => outcomeText(outcome)).join("\n\n");
    return this.tell(`${heading.outcomes}\n${texts}\n\n${heading.now}\nDecide what is next.`);
  }
}

let lastId = 0;

export function outcome(task: string, parts: Partial<Outcome> = {}): Outcome {
  lastId += 1;
  const id = `cx-${lastId.toString(16).padStart(8, "0")}`;
  return anOutcome({ id, task, result: "", ...parts });
}

/** The tasks that a block spawns. */
export const spawned = (block: ActionBlock): string[] =>
  block.actions.flatMap((action) => (action.type === "spawn" ? [action.task] : []));

/** A goal from the first turn to its end; outcomes come one message a construct, in reverse, as a nasty deck would. */
export function reachGoal(goal: string, workspace: string, runFolder: string): { last: ActionBlock; spawns: string[] } {
  const daemon = new Daemon(workspace, runFolder);
  let block = daemon.goal(goal);
  const spawns: string[] = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const tasks = spawned(block);
    if (tasks.length === 0) return { last: block, spawns };
    spawns.push(...tasks);
    const ended = tasks.map((task) => outcome(task, { result: construct(task, workspace, runFolder).text }));
    for (const one of ended.toReversed()) block = daemon.outcomes([one]);
  }
  throw new Error("the goal did not end within 60 turns");
}
