import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call } from "../../src/offline/reply.ts";
import { bearersOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { until } from "../process/workbench.ts";
import { isAlive, remainsOf } from "./remains.ts";
import { killRows, layOut, leastOf, pidsOf, type KillRow } from "./kill-rows.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

/** Processes that are nobody's business: alike in name, in command line, in mark, or in the deck's own group. */
function sentinels(marks: string[]): { pids: number[]; end: () => void } {
  const start = (command: string[], env: Record<string, string>, detached: boolean): number => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { detached, env: { PATH: "/usr/bin:/bin", ...env }, stdio: "ignore" });
    child.on("error", () => "it is missing in the look that follows");
    return child.pid ?? -1;
  };
  const sleeper = ["sh", "-c", "exec sleep 170"];
  const pids = [
    start(sleeper, {}, true),
    start(sleeper, {}, false),
    start(["bash", "-c", 'exec -a "[kworker/0:1]" sleep 170'], {}, true),
    ...marks.map((value) => start(sleeper, { CYBERDECK_CONSTRUCT: value }, true)),
    ...marks.map((value) => start(sleeper, { CYBERDECK_CONSTRUCT_OLD: value.slice(0, -1) }, false)),
  ];
  return { pids, end: () => pids.filter(isAlive).forEach((pid) => process.kill(pid, "SIGKILL")) };
}

const rows = Object.keys(killRows).filter((row): row is KillRow => Object.hasOwn(killRows, row));
const halves = [rows.slice(0, 5), rows.slice(5)];

describe.each(["off", "auto"] as const)("a kill of real agents at work (wall: %s)", (sandbox) => {
  test.each(halves)(
    "ends %s, %s, %s, %s and %s, each with its own construct alone",
    async (...names) => {
      await using kit = await openTestDeck({
        judge: allowAll,
        settings: { max_concurrent: 5, max_starting: 2, sandbox },
        answer({ firstUserText }) {
          const index = Number(/Row (\d)/.exec(firstUserText)?.[1] ?? 0);
          return call("Bash", { command: commands[index] ?? "true" });
        },
      });
      const folders = names.map((_, index) => join(kit.workspace, `row-${index}`));
      const commands = names.map((row, index) => layOut(row, folders[index] ?? ""));
      const tasks = names.map((_, index) => `Row ${index}`);
      const opened = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
      const queued = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.started");
      const ids = of(queued, "construct.queued").map(({ body }) => body.construct);
      const foreign = sentinels(ids.map((id) => `${id}0`));
      try {
        const isThere = (folder: string, row: KillRow): boolean => pidsOf(folder).length >= leastOf(row);
        await until(() => names.every((row, index) => isThere(folders[index] ?? "", row)), 120_000);
        for (const [index, id] of ids.entries()) {
          const folder = folders[index] ?? "";
          expect(remainsOf(folder)).not.toEqual([]);
          await kit.deck.send({ type: "construct.kill", construct: id });
          await kit.eventsUntil(
            opened.afterSeq,
            (event) => event.type === "construct.ended" && event.body.construct === id,
          );
          // Behind the wall, the numbers in the folder are those of another namespace.
          const noted = sandbox === "off" ? pidsOf(folder) : [];
          expect(noted.filter(isAlive)).toEqual([]);
          expect(remainsOf(folder)).toEqual([]);
          expect(bearersOf(id)).toEqual([]);
          for (const other of ids.slice(index + 1)) expect(bearersOf(other)).not.toEqual([]);
        }
        expect(foreign.pids.filter((pid) => !isAlive(pid))).toEqual([]);
        const events = await kit.untilClosed(opened.afterSeq);
        expect(outcomesOf(events).map(({ cause }) => cause)).toEqual(names.map(() => "netrunner"));
        expect(of(events, "deck.warned").filter(({ body }) => body.code === "stop.unproven")).toEqual([]);
      } finally {
        foreign.end();
      }
    },
    180_000,
  );
});
