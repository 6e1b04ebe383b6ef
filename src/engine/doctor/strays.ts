import { existsSync } from "node:fs";
import { homeMarkerName, markerName } from "../../drivers/agent.ts";
import { count } from "../../base/units.ts";
import { markedProcesses, type MarkedProcess } from "../../process/marked.ts";
import { stopBearers } from "../../process/stop.ts";
import { agentsOfHome } from "../../store/agents-of-home.ts";
import { homeMark, homePaths } from "../../store/home.ts";
import { acquireLock } from "../../store/lock.ts";
import { ok, problem, skipped, warning, type Check, type Result } from "./check.ts";
import type { HomeState } from "./record.ts";

/** Time for SIGTERM, then for SIGKILL, milliseconds. */
const limits = { termMs: 500, killMs: 5000 };

/**
 * What dead decks of this home have left behind: processes that bear the home's mark, or the mark of an agent which its record names,
 * while no deck is at work in it. What bears another mark may be a deck's of another home, and is never touched.
 * @param isToReap ends them, under the home's lock, so that no deck can begin meanwhile
 */
export const strayCheck = (home: string, state: () => HomeState, isToReap: boolean): Check => ({
  name: "strays",
  limitMs: 60_000,
  async look() {
    const marked = await markedProcesses(markerName);
    if (marked === undefined) return skipped("this system does not tell what processes bear");
    const known = agentsOfHome(home);
    const mark = homeMark(home);
    const bearing = (await markedProcesses(homeMarkerName)) ?? [];
    const ofHome = new Set(bearing.filter(({ value }) => value === mark).map(({ pid }) => pid));
    const own = marked.filter(({ pid, value }) => known.has(value) || ofHome.has(pid));
    const others = marked.length - own.length;
    const aside =
      others === 0
        ? ""
        : `; ${count(others, "process", "processes")} of other homes ${others === 1 ? "is" : "are"} left alone`;
    if (own.length === 0) return ok(`nothing is left of earlier runs${aside}`);
    if (state().state === "taken")
      return besideDeck(
        own.filter(({ value }) => known.get(value)?.isOpen === false),
        aside,
      );
    if (isToReap) return reaped(home, own, aside);
    return warning(`${count(own.length, "process", "processes")} of a dead deck: ${listed(own)}${aside}`, {
      next: "End them; resuming their run does that too.",
      command: "cyberdeck doctor --reap",
    });
  },
});

/** A deck is at work here: what belongs to runs that are closed is told, and left to it. */
function besideDeck(left: MarkedProcess[], aside: string): Result {
  if (left.length === 0) return ok(`what runs belongs to the deck that is at work${aside}`);
  return warning(`${count(left.length, "process", "processes")} of closed runs: ${listed(left)}${aside}`, {
    next: "Stop the deck that is at work, then end them.",
    command: "cyberdeck doctor --reap",
  });
}

async function reaped(home: string, strays: MarkedProcess[], aside: string): Promise<Result> {
  if (!existsSync(homePaths(home).lock)) return skipped("no deck has been at work here");
  using _lock = acquireLock(home);
  const marks = [...new Set(strays.map(({ value }) => value))];
  const reports = await Promise.all(marks.map((value) => stopBearers({ name: markerName, value }, limits)));
  const survivors = reports.flatMap((report) => (report.proven ? [] : report.survivors));
  if (survivors.length === 0)
    return ok(`ended ${count(strays.length, "process", "processes")} of a dead deck: ${listed(strays)}${aside}`);
  const left = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  return problem(`could not end ${left}`, { next: "Look at them, and end them yourself." });
}

const listed = (processes: MarkedProcess[]): string => {
  const shown = processes.slice(0, 5).map(({ pid, value, command }) => `${pid} of ${value} (${command.slice(0, 60)})`);
  return `${shown.join(", ")}${processes.length > 5 ? ", …" : ""}`;
};
