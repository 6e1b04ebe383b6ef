import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { openStoreToRead } from "../../src/store/event-log.ts";
import { of } from "../kit/deck.ts";
import { faultyTurns } from "../kit/turns.ts";
import { remainsOf } from "../survivors/remains.ts";
import { showDeath, type Death } from "./death.ts";
import { numbersFrom, readTask, redirection, spawnedTasks } from "./scenario.ts";

export interface Trial {
  seed: number;
  /** Of the first life, the second, …; the last life has none. */
  deaths: Death[];
}

export const showTrial = ({ seed, deaths }: Trial): string =>
  `seed ${seed}: ${deaths.length === 0 ? "no death" : deaths.map(showDeath).join(", then ")}`;

/** Starts one life and resolves when it is over: true when it came to its end, false when it was killed. */
export type Life = (folder: string, seed: number, death: Death | undefined) => Promise<boolean>;

/** A life in a process of its own, from a script that takes folder, seed, death, and what else it needs. */
export const lifeOf =
  (script: string, ...more: string[]): Life =>
  async (folder, seed, death) => {
    const args = [script, folder, String(seed), death === undefined ? "" : JSON.stringify(death), ...more];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: mostMs,
      killSignal: "SIGTERM",
    });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    const [code, signal]: unknown[] = await once(child, "exit");
    if (signal === "SIGKILL" && death !== undefined) return false;
    if (code === 0) return true;
    throw new Error(`a life ended with ${String(code ?? signal)}: ${words.slice(-2000)}`);
  };

/** A kill of a process tells nothing about disks, and in memory a sync costs nothing. */
const quickFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** The longest that one life may take, milliseconds. */
const mostMs = 180_000;

/** Runs one trial to the closing of its run, and gives what is wrong with it, and its events. */
export async function tryDeaths(
  { seed, deaths }: Trial,
  life: Life,
): Promise<{ wrong: string[]; events: DeckEvent[] }> {
  const folder = mkdtempSync(join(quickFolder, "deck-durable-"));
  try {
    for (const death of [...deaths, undefined]) {
      // A point that is not come to is no death: the run is closed by then.
      if (await life(folder, seed, death)) break;
    }
    const events = eventsIn(folder);
    const effects = faultyEffects(events, join(folder, "workspace"));
    const left = remainsOf(folder).map((line) => `left behind: ${line}`);
    return { wrong: [...faultsIn(events), ...faultyTurns(events), ...effects, ...left], events };
  } catch (error) {
    return { wrong: [String(error)], events: eventsIn(folder) };
  } finally {
    for (const line of remainsOf(folder)) process.kill(Number.parseInt(line, 10), "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function eventsIn(folder: string): DeckEvent[] {
  const home = join(folder, "workspace", ".cyberdeck");
  if (!existsSync(join(home, "deck.db"))) return [];
  const reader = openStoreToRead(home);
  try {
    return [...reader.eventsAfter(0)];
  } finally {
    reader.close();
  }
}

/** What must hold for the record of a run that is closed, whatever has been killed on the way. */
function faultsIn(events: readonly DeckEvent[]): string[] {
  const wrong: string[] = [];
  const expect = (isSo: boolean, what: string): void => {
    if (!isSo) wrong.push(what);
  };
  expect(
    events.every(({ seq }, index) => seq === index + 1),
    "the record has gaps",
  );
  expect(of(events, "agent.unknown").length === 0, "the record cannot be read");
  expect(events.at(-1)?.type === "run.closed", "the run is not closed");
  const closed = of(events, "run.closed");
  expect(closed.length === 1, `the run was closed ${closed.length} times`);
  expect(
    closed[0]?.body.status === "done",
    `the run was closed as ${closed[0]?.body.status} (${closed[0]?.body.reason})`,
  );

  const queued = of(events, "construct.queued").map(({ body }) => body);
  const ended = of(events, "construct.ended");
  for (const { construct, task } of queued) {
    const ends = ended.filter(({ body }) => body.construct === construct);
    expect(ends.length === 1, `${task} has ${ends.length} outcomes`);
    const state = ends[0]?.body.outcome.state;
    const isCancelled = readTask(task)?.name === "E";
    const mayBe = isCancelled ? ["killed"] : task.includes("Do B ") ? ["done", "redirected"] : ["done"];
    expect(mayBe.includes(state ?? ""), `${task} has ended as ${state} (${ends[0]?.body.outcome.cause})`);
  }
  const spawned = queued.filter(({ origin }) => origin === "daemon").map(({ task }) => task);
  expect(spawned.toSorted().join() === [...spawnedTasks].toSorted().join(), `spawned were ${spawned.join(" ")}`);
  const heirs = queued.filter(({ task }) => task === redirection);
  const redirected = ended.filter(({ body }) => body.outcome.state === "redirected");
  expect(heirs.length === redirected.length && heirs.length <= 1, `${heirs.length} heirs of ${redirected.length}`);

  const starts = of(events, "daemon.turn_started").map(({ body }) => body);
  const validTurns = of(events, "daemon.turn_ended").flatMap(({ body }) => (body.valid ? [body.turn] : []));
  expect(new Set(validTurns).size === validTurns.length, "a turn counted twice");
  const told = validTurns.flatMap((turn) => starts.findLast((start) => start.turn === turn)?.inputs ?? []);
  for (const { seq, type } of events.filter(isForDaemon)) {
    const times = told.filter((one) => one === seq).length;
    expect(times === 1, `${type} ${seq} was told ${times} times`);
  }
  for (const { body } of of(events, "hold.opened"))
    expect(
      of(events, "hold.closed").filter(({ body: end }) => end.hold === body.hold).length === 1,
      `${body.hold} is open`,
    );
  for (const { body } of of(events, "attention.raised"))
    expect(
      of(events, "attention.closed").filter(({ body: end }) => end.item === body.item).length === 1,
      `${body.item} is open`,
    );
  return wrong;
}

const isForDaemon = ({ type }: DeckEvent): boolean =>
  type === "construct.ended" || type === "netrunner.said" || type === "goal.set" || type === "daemon.read";

/**
 * What tasks have really done: each step once, and a second time only where its construct was told that a call had been cut off.
 */
function faultyEffects(events: readonly DeckEvent[], workspace: string): string[] {
  const cuts = of(events, "construct.suspended").length;
  return of(events, "construct.ended").flatMap(({ body: { outcome } }) => {
    const task = readTask(outcome.task);
    if (task === undefined || outcome.state !== "done") return [];
    const path = join(workspace, `effects-${task.name}.txt`);
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    const steps = lines.map((line) => Number(/\d+/.exec(line)?.[0]));
    const isHeld = (step: number): boolean => task.name === "A" && step === 2;
    const missing = Array.from({ length: task.steps }, (_, index) => index + 1).filter(
      (step) => !isHeld(step) && !steps.includes(step),
    );
    const twice = steps.length - new Set(steps).size;
    return [
      ...(missing.length > 0 ? [`${task.name} lacks its steps ${missing.join()}`] : []),
      ...(twice > cuts ? [`${task.name} has done ${twice} steps again`] : []),
    ];
  });
}

/** Every kind of event that the record of a clean run has, with how often. */
export function kindsIn(events: readonly DeckEvent[]): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const { type } of events) kinds.set(type, (kinds.get(type) ?? 0) + 1);
  return kinds;
}

/**
 * Trials in an order that follows from the seed: first each kind of event at each of the three points, then any event; every fifth
 * run dies twice, every tenth three times.
 * @param kinds of the clean run of each scenario
 */
export function trialsOf(
  kinds: ReadonlyMap<number, ReadonlyMap<string, number>>,
  count: number,
  seed: number,
): Trial[] {
  const number = numbersFrom(seed);
  const whens = ["before", "between", "after"] as const;
  const all = [...kinds].flatMap(([scenario, types]) =>
    [...types].flatMap(([type, times]) =>
      whens.map((when) => ({ seed: scenario, death: { type, when, nth: 1 + number(times) } })),
    ),
  );
  const order = all.map((item) => ({ item, rank: number(1 << 30) })).toSorted((one, other) => one.rank - other.rank);
  // What has not been seen yet comes first.
  const seen = new Set<string>();
  const points = order.map(({ item }) => item);
  const fresh = points.filter(({ death }) => {
    const key = `${death.type} ${death.when}`;
    return !seen.has(key) && seen.add(key).has(key);
  });
  const rest = points.filter((point) => !fresh.includes(point));
  const sorted = [...fresh, ...rest];
  return Array.from({ length: count }, (_, index) => {
    const point = sorted[index % sorted.length] ?? { seed: 1, death: { type: "run.opened", when: "before", nth: 1 } };
    const again = index >= sorted.length;
    const types = [...(kinds.get(point.seed) ?? new Map<string, number>())];
    const other = (): Death => {
      const [type, times] = types[number(types.length)] ?? ["run.opened", 1];
      return { type, when: whens[number(3)] ?? "before", nth: 1 + number(times) };
    };
    const deaths = [again ? other() : point.death];
    if (index % 5 === 4) deaths.push(other());
    if (index % 10 === 9) deaths.push(other());
    return { seed: point.seed, deaths };
  });
}
