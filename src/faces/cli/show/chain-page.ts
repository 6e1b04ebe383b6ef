import { Fault } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import type { Port } from "../../../host/port.ts";
import { chainOf, turnNumberOf } from "../../../protocol/chain.ts";
import { flatEvent, type DeckEvent } from "../../../protocol/event.ts";
import { spell } from "../../words/amounts.ts";
import { jsonLine } from "../json-lines.ts";
import { narrate } from "../../words/narrate.ts";
import { pad } from "../../words/width.ts";

/** What belongs to one event of a run, oldest first, a line each with the turn of its agent. The event itself is marked. */
export async function chainPage(
  port: Pick<Port, "follow">,
  run: string,
  seq: number,
  isJson: boolean,
): Promise<string> {
  const events: DeckEvent[] = [];
  for await (const event of port.follow(0)) if (event.run === run) events.push(event);
  const chain = chainOf(events, seq);
  if (chain.length === 0)
    throw new Fault("usage", "cli.no_such_event", `${run} has no event ${seq}`, {
      hint: `its events are ${events[0]?.seq ?? 0} to ${events.at(-1)?.seq ?? 0}, not all of them its own`,
    });
  if (isJson) return chain.map((event) => jsonLine(flatEvent(event))).join("");
  const begun = events[0]?.at ?? 0;
  return chain.map((event) => `${lineOf(event, seq, begun)}\n`).join("");
}

function lineOf(event: DeckEvent, marked: number, begun: number): string {
  const telling = narrate(event);
  const turn = turnNumberOf(event);
  const text = telling === undefined ? JSON.stringify(event.body) : `${telling.who} ${telling.word} ${telling.text}`;
  const cells = [
    event.seq === marked ? ">" : " ",
    pad(String(event.seq), 7, "right"),
    pad(spell(event.at - begun), 9, "right"),
    pad(event.type, 23),
    pad(turn === undefined ? "" : `turn ${turn}`, 7),
    oneLine(text.slice(0, 2000), 200),
  ];
  return cells.join("  ").trimEnd();
}
