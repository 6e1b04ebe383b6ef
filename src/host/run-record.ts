import { resolve } from "node:path";
import type { DeckEvent, EventType } from "../protocol/event.ts";
import type { RunFile } from "../protocol/run-files.ts";
import type { EventReader } from "../store/event-reader.ts";
import { mostListed } from "../protocol/event-page.ts";
import { noRun } from "./no-run.ts";

/** Where a run works, as its opening tells. */
export function placesOf(reader: EventReader, run: string): { workspace: string; folder: string } {
  const [opened] = reader.pageOf(run, { after: 0, limit: 1 }).events;
  if (opened?.type !== "run.opened") throw noRun(reader, run);
  return opened.body;
}

/**
 * The files that constructs of a run have named, by path, each with who has named it.
 * @param proven only those that the deck has looked at on disk itself, in an outcome or as it was shown
 */
export function namedFiles(
  reader: EventReader,
  run: string,
  { workspace, proven }: { workspace: string; proven: boolean },
): Map<string, RunFile["by"]> {
  const files = new Map<string, RunFile["by"]>();
  const atWork = new Set<string>();
  const name = (path: string, use: RunFile["by"][number]): void => {
    const by = files.get(path) ?? [];
    if (!by.some(({ construct, how }) => construct === use.construct && how === use.how)) by.push(use);
    files.set(path, by);
  };
  for (const event of eventsOf(reader, run, ["construct.queued", "construct.surfaced", "construct.ended"])) {
    const { at } = event;
    if (event.type === "construct.queued") atWork.add(event.body.construct);
    if (event.type === "construct.surfaced" && event.body.path !== null)
      name(event.body.path, { construct: event.body.construct, how: "surfaced", at });
    if (event.type !== "construct.ended") continue;
    const { construct, outcome } = event.body;
    atWork.delete(construct);
    for (const { path } of outcome.files) name(path, { construct, how: "written", at });
    if (!proven) for (const path of outcome.files_missing) name(path, { construct, how: "written", at });
  }
  // Of those at work, what their calls say: the latest ones, as far as one page goes.
  for (const construct of proven ? [] : atWork) {
    const types: EventType[] = ["construct.tool_called", "construct.tool_returned"];
    const { events } = reader.pageOf(run, { construct, types, limit: mostListed });
    const calls = new Map(
      events.flatMap(({ type, body }) => (type === "construct.tool_called" ? [[body.call, body]] : [])),
    );
    for (const { type, body, at } of events) {
      if (type !== "construct.tool_returned" || body.failed) continue;
      const call = calls.get(body.call);
      if (call?.tool === "Write" || call?.tool === "Edit")
        name(resolve(workspace, call.input), { construct, how: "written", at });
    }
  }
  return files;
}

function* eventsOf(reader: EventReader, run: string, types: readonly EventType[]): Generator<DeckEvent> {
  for (let after = 0; ;) {
    const { events, more } = reader.pageOf(run, { types, after, limit: mostListed });
    yield* events;
    const last = events.at(-1);
    if (!more || last === undefined) return;
    after = last.seq;
  }
}
