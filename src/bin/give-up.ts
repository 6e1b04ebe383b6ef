import { availableParallelism, release } from "node:os";
import { statfsSync } from "node:fs";
import { pause } from "../base/clock.ts";
import { errnoOf, Fault, messageOf } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { OpenDeck } from "../faces/cli/world.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import { readMemory } from "../process/memory.ts";
import type { Crash, Thrown } from "../protocol/crash.ts";
import { redactor } from "../store/redaction/redactor.ts";
import { secretValues } from "../store/redaction/secret-variables.ts";
import { writeCrash } from "../store/crashes.ts";

/** A deck that this process has opened. */
export interface OwnDeck {
  deck: OpenDeck;
  options: Pick<DeckOptions, "home" | "workspace" | "mode" | "offline">;
}

interface Around {
  env: Record<string, string | undefined>;
  version: string;
  say: (text: string) => void;
}

/** The longest that the ending of what is at work may take, milliseconds. What is left then is the guardian's. */
const mostMs = 20_000;

/**
 * A defect of our own: what this process has started is ended first, so that no agent goes on without its deck, its runs being
 * left as they can be resumed; then what is known of the defect is left in the home. Never rejects.
 */
export async function giveUp(
  defect: unknown,
  how: Crash["how"],
  decks: Iterable<OwnDeck>,
  { env, version, say }: Around,
): Promise<void> {
  // What is said may go to a file: a host that a face has started has its log there.
  const redact = redactor(secretValues(env)).text;
  const trace = env["CYBERDECK_DEBUG"] === "1" && defect instanceof Error ? `\n${defect.stack}` : "";
  const words = redact(`${oneLine(messageOf(defect), 600)}${trace}`);
  say(`error: a defect in cyberdeck: ${words}\nEnding what is running…\n`);
  const began = performance.now();
  const ended = await Promise.all(Array.from(decks, async (own) => ({ own, ...(await endOf(own, defect)) })));
  for (const { own, runs, isClosed } of ended) {
    // Whoever only looked at a deck has left nothing half done.
    if (!isOwner(own)) continue;
    const { home, workspace, offline } = own.options;
    const stopped = { isClosed, ms: Math.round(performance.now() - began) };
    const crash = { at: Date.now(), how, thrown: thrownIn(defect), version, system: systemOf(home), workspace, home };
    try {
      const path = writeCrash(home, { ...crash, offline, runs, stopped }, redact);
      say(`What is known of it is in ${path}\nnext: cyberdeck triage '${path}'\n`);
    } catch (error) {
      say(`${redact(messageOf(error))}\n`);
    }
    for (const run of runs) say(`next: cyberdeck run --resume ${run}\n`);
  }
}

/** Whether the deck itself is in this process. */
const isOwner = ({ options: { mode } }: Pick<OwnDeck, "options">): boolean => mode === "write" || mode === "serve";

/** Suspends the runs of a deck, so that they can go on, and closes it. Bounded; never rejects. */
async function endOf({ deck, options }: OwnDeck, defect: unknown): Promise<{ runs: string[]; isClosed: boolean }> {
  const runs: string[] = [];
  const end = async (): Promise<boolean> => {
    if (isOwner({ options })) {
      const reason = `the deck died of a defect: ${oneLine(messageOf(defect), 200)}`;
      const open = await deck.port.send({ type: "runs.open" });
      runs.push(...open.runs.map(({ run }) => run));
      for (const run of runs) await deck.port.send({ type: "stop", run, status: "paused", reason, force: true });
    }
    await deck.close();
    return true;
  };
  // What is broken may break this too: then closing alone must do, and after that the guardian.
  const isClosed = await Promise.race([
    end().catch(() =>
      deck.close().then(
        () => true,
        () => false,
      ),
    ),
    pause(mostMs).then(() => false),
  ]);
  return { runs, isClosed };
}

/** Causes of causes are kept so deep. */
const mostCauses = 5;

function thrownIn(defect: unknown): Thrown[] {
  const all: Thrown[] = [];
  let next: unknown = defect;
  while (all.length < mostCauses && (all.length === 0 || next !== undefined)) {
    const error = next;
    const isError = error instanceof Error;
    all.push({
      name: isError ? error.name : typeof error,
      message: messageOf(error),
      code: error instanceof Fault ? error.code : (errnoOf(error) ?? null),
      hint: error instanceof Fault ? (error.hint ?? null) : null,
      stack: isError ? (error.stack ?? "") : "",
    });
    next = isError ? error.cause : undefined;
  }
  return all;
}

function systemOf(home: string): Crash["system"] {
  return {
    platform: process.platform,
    release: release(),
    arch: process.arch,
    node: process.versions.node,
    sqlite: process.versions["sqlite"] ?? "unknown",
    cores: availableParallelism(),
    uptime_s: Math.round(process.uptime()),
    resident: process.memoryUsage.rss(),
    memory: readMemory() ?? null,
    disk_free: freeIn(home),
  };
}

function freeIn(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null; // The disk may be what is broken.
  }
}
