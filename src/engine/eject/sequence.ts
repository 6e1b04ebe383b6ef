import { pause } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { markerName } from "../../drivers/agent.ts";
import { proveGone, type Proof } from "../../process/proof.ts";
import type { Ejection } from "../../protocol/ejection.ts";

/** Something that starts agents, or has some at work. */
export interface EjectPart {
  name: string;
  /** From now on it starts nothing and lets nothing through. At once, without waiting for anybody. What starts nothing by itself has none. */
  deny?(): void;
  /** Ends all of it, hard. */
  kill(): Promise<unknown>;
}

export interface SequenceParts {
  reason: string;
  /** The constructs. */
  fleet: EjectPart;
  /** Everything else, in the order in which it is told; the last one knows of all agents, whoever has started them. */
  others: EjectPart[];
  marks: () => readonly string[];
  /** Those of which only another place could tell that they are gone, and has not. */
  elsewhere: () => Ejection["elsewhere"];
  /** Keeps what is known of this moment; gives the path. */
  keep: (ejection: Omit<Ejection, "snapshot">) => Promise<string>;
  atWork: number;
  queued: number;
}

/** The longest that one part may take to end, and the proof to be had, milliseconds. */
const mostMs = 8000;

/**
 * Stops everything: the spawn gate is shut, every call is denied, the constructs are killed, then whatever else is alive; then it
 * is proven that nothing is, and only then the moment is kept. Each step is bounded in time, and none keeps the next from being
 * done. Never rejects.
 */
export async function eject(parts: SequenceParts): Promise<Ejection> {
  const { reason, fleet, others, atWork, queued } = parts;
  const steps: Ejection["steps"] = [];
  const problems: string[] = [];
  const step = async <T>(name: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    const began = performance.now();
    try {
      return await work();
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
      return undefined;
    } finally {
      steps.push({ step: name, ms: Math.round(performance.now() - began) });
    }
  };
  const kill = async (part: EjectPart): Promise<void> => {
    if (!(await within(mostMs, part.kill()))) problems.push(`${part.name}: not at its end after ${mostMs / 1000} s`);
  };

  await step("deny", () => {
    for (const part of [fleet, ...others]) part.deny?.();
  });
  await step("constructs", () => kill(fleet));
  await step("everything else", async () => {
    await Promise.all(others.map((part) => step(part.name, () => kill(part))));
  });
  const marks = parts.marks().map((value) => ({ name: markerName, value }));
  const proof = (await step("proof", () => proveGone(marks, mostMs))) ?? blind;
  const elsewhere = parts.elsewhere();
  problems.push(...elsewhere.map(({ agent, place }) => `${agent} on ${place}, not proven`));
  const proven = proof.proven && elsewhere.length === 0;
  const facts = { reason, steps, marks: marks.length, ...proof, proven, elsewhere, at_work: atWork, queued, problems };
  const snapshot = await step("snapshot", () => parts.keep(facts));
  return { ...facts, snapshot: snapshot ?? null };
}

const blind: Proof = { proven: false, looks: [], found: [], survivors: [] };

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const bound = new AbortController();
  try {
    return await Promise.race([work.then(() => true), pause(ms, bound.signal).then(() => false)]);
  } finally {
    bound.abort();
  }
}
