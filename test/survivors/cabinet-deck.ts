import { cpSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { say } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import type { CabinetName } from "../cabinet/cabinet.ts";
import { bearersOf, of, openTestDeck, type TestDeck, type TestDeckOptions } from "../kit/deck.ts";
import { remainsOf } from "./remains.ts";

/** A deck whose agents come from a copy of the cabinet: no other test's processes bear the names of these. */
export interface CabinetDeck extends TestDeck {
  folder: string;
  agent: (name: CabinetName) => string;
}

export async function openCabinetDeck(
  choose: (agent: CabinetDeck["agent"], folder: string) => Partial<TestDeckOptions>,
): Promise<CabinetDeck> {
  const folder = mkdtempSync(join(tmpdir(), "deck-cabinet-"));
  cpSync(join(import.meta.dirname, "../cabinet"), join(folder, "cabinet"), { recursive: true });
  const agent = (name: CabinetName): string => join(folder, "cabinet", `${name}.mjs`);
  const kit = await openTestDeck({ answer: () => say("Nobody should ask."), folder, ...choose(agent, folder) });
  const dispose = kit[Symbol.asyncDispose].bind(kit);
  return Object.assign(kit, {
    folder,
    agent,
    async [Symbol.asyncDispose]() {
      await dispose();
      // Only a test that has failed comes to this: all that is left is in a folder that is this test's alone.
      for (const line of remainsOf(folder)) process.kill(Number.parseInt(line, 10), "SIGKILL");
    },
  });
}

/**
 * What must hold after every run, however its agents behaved.
 * @param warned codes of what the netrunner is warned of
 */
export async function checkAftermath(
  kit: CabinetDeck,
  events: readonly DeckEvent[],
  warned: string[] = [],
): Promise<void> {
  for (const event of of(events, "construct.queued")) expect(bearersOf(event.body.construct)).toEqual([]);
  for (const event of of(events, "daemon.started")) expect(bearersOf(event.body.daemon)).toEqual([]);
  expect(remainsOf(kit.folder)).toEqual([]);
  expect(of(events, "deck.warned").map(({ body }) => body.code)).toEqual(warned);
  const closed = of(events, "run.closed");
  expect(closed).toHaveLength(1);
  const report = join(closed[0]?.body.folder ?? "", "report.md");
  expect(existsSync(report)).toBe(true);
  for (const { id } of outcomesOf(events)) expect(readFileSync(report, "utf8")).toContain(id);
  // The deck is alive and serves.
  const { runs } = await kit.deck.send({ type: "runs.list" });
  expect(runs.map((run) => run.run)).toContain(closed[0]?.run);
}

export const outcomesOf = (events: readonly DeckEvent[]): Outcome[] =>
  of(events, "construct.ended").map((event) => event.body.outcome);
