import { inert, oneLine } from "../../base/text.ts";
import { flatEvent, type DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { moment } from "../words/amounts.ts";
import { jsonLine } from "./json-lines.ts";
import { narrate } from "../words/narrate.ts";
import { nearText } from "./near.ts";
import { pad } from "../words/width.ts";

/** An event as a line, with its end; undefined for what is not worth one to people. */
export function eventLine(event: DeckEvent, view: RunView, json: boolean): string | undefined {
  if (json) return jsonLine(flatEvent(event));
  const telling = narrate(event);
  if (telling === undefined) return undefined;
  const text = oneLine(inert(nearText(telling, view)), 240);
  return `${[moment(event.at), pad(oneLine(telling.who, 20), 11), pad(telling.word, 10), text].join("  ").trimEnd()}\n`;
}
