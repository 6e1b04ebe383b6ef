import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import { openViews } from "./open-run.ts";
import type { Hold } from "../../protocol/hold.ts";

/** The calls that wait for the netrunner, the oldest first. */
export async function openHolds(port: Port): Promise<Hold[]> {
  const views = await openViews(port);
  return views.flatMap(({ holds }) => Object.values(holds));
}

/**
 * The id of the hold that a name means: the whole id, or its unique beginning, with or without "hd-". A whole id is
 * taken as it is, since the deck knows whether it was ever there.
 * @param name undefined: the only one that waits
 */
export async function findHold(port: Port, name: string | undefined): Promise<string> {
  const holds = await openHolds(port);
  const wanted = name?.trim();
  if (wanted !== undefined && /^hd-[0-9a-f]{8}$/.test(wanted)) return wanted;
  const matches = holds.filter(({ hold }) => wanted === undefined || fits(hold, wanted));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only.hold;
  if (only === undefined)
    throw new Fault("usage", "cli.no_such_hold", noneText(wanted), {
      hint: '"cyberdeck hold list" shows what waits',
    });
  const ids = matches.slice(0, 5).map(({ hold }) => hold);
  throw new Fault("usage", "cli.ambiguous_hold", `${matches.length} calls wait that this could mean`, {
    hint: `name one: ${ids.join(", ")}${matches.length > ids.length ? ", …" : ""}`,
  });
}

const fits = (hold: string, wanted: string): boolean =>
  wanted !== "" && wanted !== "hd-" && (hold.startsWith(wanted) || hold.startsWith(`hd-${wanted}`));

const noneText = (wanted: string | undefined): string =>
  wanted === undefined ? "no call waits for you" : `no call waits under "${oneLine(wanted, 60)}"`;
