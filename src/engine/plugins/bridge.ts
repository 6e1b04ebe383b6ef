import type { Clock } from "../../base/clock.ts";
import { newPluginCallId } from "../../base/ids.ts";
import { headAndTail, oneLine } from "../../base/text.ts";
import type { BridgeAnswer, BridgeRequest } from "../../protocol/bridge.ts";
import type { Note } from "../journal.ts";
import { commandLine } from "./command-line.ts";
import type { PluginShelf } from "./shelf.ts";

/** On whose behalf the bearer of a token calls plugins. */
export interface BridgeHolder {
  construct: string;
  /** The only ones that it may call; null: all that are not on request. */
  plugins: readonly string[] | null;
  note: Note;
  /** The shell call of the construct that speaks now; null: that is not known for certain. */
  within: () => string | null;
  isAirgapped: () => boolean;
  workspace: string;
  runFolder: string;
}

export interface BridgeParts {
  shelf: PluginShelf;
  clock: Clock;
  /** The program that runs scripts of JavaScript. */
  node: string;
  /** Somebody without a valid token asked for a plugin. */
  onStranger: (plugin: string) => void;
}

/** A call that was let through: the asker runs the program itself, behind its own wall and among its own processes. */
export interface BridgeCall {
  answer: BridgeAnswer;
  /** To be told once, of a call that was let through. */
  ended: (exit: string, bytes: number) => void;
}

/** Who may call which plugin: a token is worth what its construct was given, and nothing once that has ended. */
export interface Bridge {
  /** From now on this token is that construct's, whoever's it was. */
  bind(token: string, holder: BridgeHolder): void;
  /** What is bound to a construct is worth nothing any more. */
  release(construct: string): void;
  call(request: BridgeRequest): BridgeCall;
}

/** The most bytes that a plugin may write to each of its two outputs. */
const outputBytes = 1024 * 1024;

/** Of one construct at the same time: it must not take the bridge from the others. */
const mostCalls = 16;

/** Bytes of arguments that the record keeps. */
const recordedBytes = 1024;

export function newBridge({ shelf, clock, node, onStranger }: BridgeParts): Bridge {
  const holders = new Map<string, BridgeHolder>();
  /** Under way, by construct. */
  const calls = new Map<string, number>();

  const letThrough = (
    request: BridgeRequest,
    holder: BridgeHolder,
    within: string | null,
  ): BridgeCall | { rule: string; reason: string } => {
    const { construct, note } = holder;
    const name = request.plugin;
    const found = shelf.find(name);
    if ("problem" in found) return { rule: "plugin.unknown", reason: found.problem };
    const { entry } = found;
    const mayHave = holder.plugins === null ? !entry.value.on_request : holder.plugins.includes(name);
    if (!mayHave) return { rule: "plugin.not_given", reason: `this task was not given the plugin ${name}` };
    if (entry.value.kind !== "command")
      return { rule: "plugin.kind", reason: `${name} is a server of tools: call its tools, mcp__${name}__…, instead` };
    if (entry.value.effects === "network" && holder.isAirgapped())
      return { rule: "airgap", reason: `the airgap is on, and ${name} uses the network` };
    const busy = calls.get(construct) ?? 0;
    if (busy >= mostCalls)
      return { rule: "plugin.busy", reason: `${busy} calls of plugins are under way already; wait for some of them` };
    const line = commandLine(entry, node);
    if ("problem" in line) return { rule: "plugin.unavailable", reason: line.problem };
    const call = newPluginCallId();
    const args = headAndTail(request.args.join(" "), recordedBytes).text;
    if (!note("plugin.called", { construct, call, within, plugin: name, args }))
      return { rule: "gate.unrecorded", reason: "the deck cannot write its record" };
    calls.set(construct, busy + 1);
    const began = clock.monotonic();
    let isTold = false;
    return {
      answer: {
        ok: true,
        command: line.command,
        args: [...line.args, ...request.args],
        env: { CYBERDECK_WORKSPACE: holder.workspace, CYBERDECK_RUN_FOLDER: holder.runFolder },
        output_bytes: outputBytes,
      },
      ended(exit, bytes) {
        if (isTold) return;
        isTold = true;
        const left = calls.get(construct);
        if (left !== undefined) calls.set(construct, left - 1);
        const duration_ms = clock.monotonic() - began;
        const end = { plugin: name, exit: oneLine(exit, 100), bytes, duration_ms };
        note("plugin.ended", { construct, call, within, ...end });
      },
    };
  };

  return {
    bind: (token, holder) => void holders.set(token, holder),
    release(construct) {
      for (const [token, holder] of holders) if (holder.construct === construct) holders.delete(token);
      // What is still under way is told by its end, which changes nothing any more.
      calls.delete(construct);
    },
    call(request) {
      const holder = holders.get(request.token);
      if (holder === undefined) {
        onStranger(oneLine(request.plugin, 60));
        return refusal("only a construct at work can call plugins, from its own shell");
      }
      const within = holder.within();
      const given = letThrough(request, holder, within);
      if ("answer" in given) return given;
      const plugin = oneLine(request.plugin, 60);
      holder.note("plugin.refused", { construct: holder.construct, within, plugin, ...given });
      return refusal(given.reason);
    },
  };
}

const refusal = (reason: string): BridgeCall => ({ answer: { ok: false, reason }, ended: () => undefined });
