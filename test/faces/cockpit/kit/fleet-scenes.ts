import { defaultSettings } from "../../../../src/protocol/settings.ts";
import type { ScriptedDeck } from "../../cli/scripted-deck.ts";

const hex = (n: number): string => `cx-${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, "0")}`;

/** A run with a goal and so many constructs that do what real ones do; some are held, some have ended. Deterministic. */
export async function fleetOf(count: number, deck: ScriptedDeck): Promise<void> {
  await deck.port.send({
    type: "goal.set",
    goal: "Port the client library to the new protocol, module by module, with its tests",
    settings: { ...defaultSettings(2), budget_usd: 20 },
    command_line: [],
  });
  const stage = deck.stage();
  for (let n = 1; n <= count; n += 1)
    stage.queue(hex(n), `${verbs[n % verbs.length] ?? ""} src/${modules[n % modules.length] ?? ""}.ts and its tests`);
  const started = Math.max(1, count - Math.floor(count / 6));
  for (let n = 1; n <= started; n += 1) stage.start(hex(n));
  for (let n = 1; n <= started; n += 1) {
    const construct = hex(n);
    stage.emit("construct.thought", {
      construct,
      text: "The old codec reads the length first. I look at how the new one frames.",
    });
    stage.emit("construct.tool_called", {
      construct,
      call: `r${n}`,
      tool: "Read",
      input: `src/${modules[n % modules.length] ?? ""}.ts`,
    });
    stage.emit("construct.tool_returned", {
      construct,
      call: `r${n}`,
      failed: false,
      text: "export function decode(\n  frame: Buffer,",
    });
    if (n % 2 === 0)
      stage.emit("construct.said", {
        construct,
        text: "Two of the nine tests fail: both expect the old order of fields. I change the reader, not the tests.",
      });
    else
      stage.emit("construct.tool_called", {
        construct,
        call: `b${n}`,
        tool: "Bash",
        input: `npm test -- ${modules[n % modules.length] ?? ""}`,
      });
    stage.emit("agent.used", {
      agent: construct,
      role: "construct",
      model: "claude-sonnet",
      requests: n + 2,
      cost_usd: 0.031 * n,
      tokens: { input: 900 * n, output: 400 * n, cache_read: 11_000, cache_written: 0 },
    });
  }
  if (count >= 4)
    stage.end(hex(2), {
      result: "All nine tests pass.",
      files: [{ path: "src/frames.ts", size: 2000, sha256: "0".repeat(64) }],
    });
  if (count >= 4) stage.end(hex(4), { state: "failed", cause: "budget:turns" });
  if (count >= 3) hold(3, 12);
  if (count >= 12) hold(9, 19);

  function hold(n: number, seconds: number): void {
    stage.emit("hold.opened", {
      hold: `hold-${n}`,
      construct: hex(n),
      call: `h${n}`,
      tool: "Bash",
      input: "git push origin HEAD:release",
      targets: ["push to origin, branch release"],
      diff: null,
      task: "",
      rule: "publish.push",
      reason: "it publishes commits",
      pattern: "git push origin HEAD:release",
      deadline: Date.UTC(2026, 10, 22, 10, 20, seconds),
    });
  }
}

const verbs = ["Port", "Rewrite the reader of", "Move the errors of", "Check the edge cases of"];
const modules = [
  "codec",
  "frames",
  "session",
  "retry",
  "auth",
  "streams",
  "headers",
  "cache",
  "limits",
  "events",
  "pool",
];
