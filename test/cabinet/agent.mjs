// The part that all agents of the cabinet share: a stand-in for `claude` that speaks stream-json on stdin and stdout.
// Its words are held against the real agent by polite.test.ts. Plain JavaScript, so that any Node in PATH can run it.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

/**
 * @typedef {{ sessionId: string; model: string; tools: string[]; permissionMode: string; turns: number; isBusy: boolean;
 *   hooks: Record<string, unknown>; answers: Map<string, (response: unknown) => void> }} Agent
 */

/**
 * Serves until the end of input. Manners: `task(agent, text)` does one user message, `end()` is called at the end of input.
 * By default it answers politely and leaves. A trial of the gate is no task: all of them ask, and keep to what they are told, unless
 * `trial` says otherwise.
 * @param {{ task?: (agent: Agent, text: string) => unknown; trial?: (agent: Agent, text: string) => unknown; end?: () => unknown }} manners
 */
export function serve({ task = answer, trial = tryGate, end = () => process.exit(0) } = {}) {
  const agent = newAgent();
  let work = Promise.resolve();
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const message = JSON.parse(line);
      if (message.type === "control_request") control(agent, message);
      else if (message.type === "control_response") agent.answers.get(message.response.request_id)?.(message.response);
      else if (message.type === "user") {
        const text = textOf(message);
        work = work.then(() => (text.startsWith(trialOpening) ? trial(agent, text) : task(agent, text)));
      }
    })
    .on("close", () => void work.then(end));
}

const trialOpening = "GATE TRIAL: ";

/**
 * The trial of the gate, as the real agent with its scripted model goes through it: one call of its own, one of a sub-agent.
 * @param {(permission: string) => boolean} mayRun what it makes of the hook's answer
 */
export async function tryGate(agent, text, mayRun = (permission) => permission === "allow") {
  const trial = JSON.parse(text.slice(trialOpening.length));
  begin(agent);
  await useTool(agent, "Bash", { command: trial.command }, mayRun);
  const prompt = trialOpening + JSON.stringify(trial.inner);
  await useTool(agent, "Agent", { prompt }, mayRun, async (parent) => {
    await useTool(agent, "Bash", { command: trial.inner.command }, mayRun, undefined, parent);
  });
  finish(agent, "The gate was tried.");
}

/** One tool call: asks the hook of the SDK's host, and runs it if it may. Whether it might. */
export async function useTool(
  agent,
  name,
  input,
  mayRun = (permission) => permission === "allow",
  run = () => execFileSync("/bin/sh", ["-c", input.command]),
  parent = null,
) {
  const id = `toolu_${randomUUID()}`;
  const around = { parent_tool_use_id: parent, uuid: randomUUID() };
  const block = { type: "tool_use", id, name, input };
  send(agent, { ...assistant(agent, ""), ...around, message: { ...assistant(agent, "").message, content: [block] } });
  const permission = await askHook(agent, { id, name, input, parent });
  const may = mayRun(permission);
  if (may) await run(id);
  const result = { type: "tool_result", tool_use_id: id, is_error: !may, content: may ? "ran" : "denied" };
  send(agent, { type: "user", ...around, message: { role: "user", content: [result] } });
  return may;
}

/** What the PreToolUse hook says; "none" when there is no hook. */
function askHook(agent, { id, name, input, parent }) {
  const callback_id = agent.hooks.PreToolUse?.[0]?.hookCallbackIds?.[0];
  if (callback_id === undefined) return "none";
  const request_id = randomUUID();
  const call = { hook_event_name: "PreToolUse", session_id: agent.sessionId, transcript_path: "", cwd: process.cwd() };
  const by = parent === null ? {} : { agent_id: parent, agent_type: "general-purpose" };
  const request = {
    subtype: "hook_callback",
    callback_id,
    tool_use_id: id,
    input: { ...call, ...by, tool_name: name, tool_input: input, tool_use_id: id },
  };
  process.stdout.write(`${JSON.stringify({ type: "control_request", request_id, request })}\n`);
  return new Promise((resolve) =>
    agent.answers.set(request_id, ({ response }) =>
      resolve(response?.hookSpecificOutput?.permissionDecision ?? "none"),
    ),
  );
}

/** One whole turn. */
export function answer(agent, text) {
  begin(agent);
  say(agent, `You said: ${text}`);
  finish(agent, `You said: ${text}`);
}

export function begin(agent) {
  agent.turns += 1;
  agent.isBusy = true;
  state(agent, "running");
  send(agent, {
    type: "system",
    subtype: "init",
    cwd: process.cwd(),
    tools: agent.tools,
    mcp_servers: [],
    model: agent.model,
    permissionMode: agent.permissionMode,
    slash_commands: [],
    apiKeySource: "none",
    claude_code_version: version,
    output_style: "default",
    agents: [],
    skills: [],
    plugins: [],
    uuid: randomUUID(),
  });
}

export function say(agent, text) {
  send(agent, assistant(agent, text));
}

export function assistant(agent, text) {
  return {
    type: "assistant",
    message: {
      id: `msg_${randomUUID()}`,
      type: "message",
      role: "assistant",
      model: agent.model,
      content: [{ type: "text", text }],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 1 },
      context_management: null,
    },
    parent_tool_use_id: null,
    uuid: randomUUID(),
    timestamp: new Date().toISOString(),
  };
}

export function finish(agent, text) {
  agent.isBusy = false;
  send(agent, result(agent, { subtype: "success", is_error: false, result: text, api_error_status: null }));
  state(agent, "idle");
}

export function result(agent, outcome) {
  return {
    type: "result",
    duration_ms: 5,
    duration_api_ms: 3,
    num_turns: 1,
    stop_reason: "end_turn",
    terminal_reason: "completed",
    total_cost_usd: 0.001 * agent.turns,
    usage: {
      input_tokens: 3,
      output_tokens: 2,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: "standard",
    },
    modelUsage: {
      [agent.model]: {
        inputTokens: 3 * agent.turns,
        outputTokens: 2 * agent.turns,
        cacheReadInputTokens: 0,
        cacheCreationInputTokens: 0,
        webSearchRequests: 0,
        costUSD: 0.001 * agent.turns,
        contextWindow: 200_000,
        maxOutputTokens: 32_000,
      },
    },
    permission_denials: [],
    fast_mode_state: "off",
    uuid: randomUUID(),
    ...outcome,
  };
}

/** Writes one message, complete with its line feed. A pipe is written synchronously: nothing is lost at an exit. */
export function send(agent, message) {
  process.stdout.write(`${wire(agent, message)}\n`);
}

/** The line that a message would be. */
export function wire(agent, message) {
  return JSON.stringify({ ...message, session_id: agent.sessionId });
}

const version = "2.1.330";

function newAgent() {
  const option = (name) => {
    const at = process.argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
    if (at === -1) return undefined;
    return process.argv[at].includes("=") ? process.argv[at].slice(name.length + 1) : process.argv[at + 1];
  };
  return {
    sessionId: option("--resume") ?? option("--session-id") ?? randomUUID(),
    model: option("--model") ?? "claude-imitation-1",
    tools: (option("--tools") ?? "").split(",").filter((name) => name !== ""),
    permissionMode: option("--permission-mode") ?? "default",
    turns: 0,
    isBusy: false,
    hooks: {},
    answers: new Map(),
  };
}

function state(agent, name) {
  const message = { type: "system", subtype: "session_state_changed", state: name, sdk_host_only: true };
  send(agent, { ...message, uuid: randomUUID() });
}

function control(agent, { request_id, request }) {
  const reply = { subtype: "success", request_id };
  const response = controlReply(agent, request);
  if (response !== undefined) reply.response = response;
  process.stdout.write(`${JSON.stringify({ type: "control_response", response: reply })}\n`);
  if (request.subtype === "interrupt" && agent.isBusy) {
    agent.isBusy = false;
    const outcome = { subtype: "error_during_execution", is_error: true, errors: ["interrupted"], stop_reason: null };
    send(agent, result(agent, { ...outcome, terminal_reason: "aborted_streaming" }));
    state(agent, "idle");
  }
}

function controlReply(agent, request) {
  switch (request.subtype) {
    case "initialize":
      agent.hooks = request.hooks ?? {};
      return {
        commands: [],
        agents: [],
        output_style: "default",
        available_output_styles: ["default"],
        models: ["haiku", "sonnet", "opus"].map(listed),
        account: { tokenSource: "none", apiKeySource: "none", apiProvider: "firstParty" },
        pid: process.pid,
        claude_code_version: version,
        current_permission_mode: agent.permissionMode,
        hook_on_failure_supported: true,
        fast_mode_state: "off",
        session_state: "idle",
        capabilities: [],
      };
    case "set_model":
      agent.model = request.model ?? agent.model;
      return { model: agent.model };
    case "interrupt":
      return { still_queued: [] };
    default:
      return undefined;
  }
}

const listed = (name) => ({
  value: name,
  resolvedModel: `claude-${name}-imitation`,
  displayName: name,
  description: `An imitation of ${name} · $1/$2 per Mtok`,
  supportsEffort: true,
  supportedEffortLevels: ["low", "medium", "high"],
  supportsFastMode: name === "opus",
});

function textOf({ message }) {
  if (typeof message.content === "string") return message.content;
  return message.content.map((block) => block.text ?? "").join("");
}
