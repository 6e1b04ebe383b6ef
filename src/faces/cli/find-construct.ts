import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import { openViews } from "./open-run.ts";
import { isEnded, type ConstructView } from "../../protocol/view.ts";

/**
 * The id of the construct that a name means: the whole id, or its unique beginning among those that have not ended, with or
 * without "cx-". A whole id is taken as it is, since the deck knows what became of it.
 */
export async function findConstruct(port: Port, name: string): Promise<string> {
  const wanted = name.trim();
  if (/^cx-[0-9a-f]{8}$/.test(wanted)) return wanted;
  const views = await openViews(port);
  const alive = views.flatMap(({ constructs }) => Object.values(constructs)).filter((construct) => !isEnded(construct));
  const matches = alive.filter(({ id }) => fits(id, wanted));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only.id;
  if (only === undefined)
    throw new Fault("usage", "cli.no_such_construct", `no construct is at work under "${oneLine(wanted, 60)}"`, {
      hint: alive.length === 0 ? "none is at work; start some: cyberdeck spawn TASK" : `these are: ${list(alive)}`,
    });
  throw new Fault("usage", "cli.ambiguous_construct", `${matches.length} constructs are at work that this could mean`, {
    hint: `name one: ${list(matches)}`,
  });
}

const fits = (id: string, wanted: string): boolean =>
  wanted !== "" && wanted !== "cx-" && (id.startsWith(wanted) || id.startsWith(`cx-${wanted}`));

const list = (constructs: ConstructView[]): string =>
  `${constructs
    .slice(0, 5)
    .map(({ id, state }) => `${id} (${state})`)
    .join(", ")}${constructs.length > 5 ? ", …" : ""}`;
