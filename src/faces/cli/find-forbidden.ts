import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import { isBlacklistRule } from "../../protocol/blacklist.ts";

/** The id of the entry that a name means: the whole id, or its unique beginning, with or without "bl-". */
export async function findEntry(port: Port, name: string): Promise<string> {
  const { entries } = await port.send({ type: "blacklist.list" });
  const wanted = name.trim();
  const exact = entries.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact.id;
  const fits = (id: string): boolean =>
    wanted !== "" && wanted !== "bl-" && (id.startsWith(wanted) || id.startsWith(`bl-${wanted}`));
  const [only, ...more] = entries.filter(({ id }) => fits(id));
  if (only !== undefined && more.length === 0) return only.id;
  if (only === undefined)
    throw new Fault("usage", "cli.no_such_entry", `there is no entry "${oneLine(name, 60)}" in the blacklist`, {
      hint: '"cyberdeck blacklist list" shows them',
    });
  throw new Fault("usage", "cli.ambiguous_entry", `"${oneLine(name, 60)}" fits ${more.length + 1} entries`, {
    hint: "write more of the id",
  });
}

/** The tasks of the open run that the blacklist has kept from starting and that nobody has let through. */
export async function refusedTasks(port: Port): Promise<string[]> {
  const view = await port.snapshot();
  if (view === undefined) return [];
  const tasks = view.refused.filter(({ rule }) => isBlacklistRule(rule)).map(({ task }) => task);
  return [...new Set(tasks)].filter((task) => !view.exempt.includes(task));
}

/** The one refused task that holds this text. */
export async function findRefused(port: Port, part: string): Promise<string> {
  const wanted = part.trim().toLowerCase();
  const [only, ...more] = (await refusedTasks(port)).filter(
    (task) => wanted !== "" && task.toLowerCase().includes(wanted),
  );
  if (only !== undefined && more.length === 0) return only;
  if (only === undefined)
    throw new Fault("usage", "cli.no_such_task", `the blacklist has refused no task with "${oneLine(part, 60)}"`, {
      hint: '"cyberdeck blacklist list" shows what it has refused in the open run',
    });
  throw new Fault("usage", "cli.ambiguous_task", `"${oneLine(part, 60)}" is in ${more.length + 1} refused tasks`, {
    hint: "write a part that only one of them has",
  });
}
