import { describe, expect, test } from "vitest";
import {
  adoptRecorded,
  hear,
  leaveRecord,
  lookedInto,
  mean,
  newModel,
  type DeckModel,
} from "../../../../src/faces/cockpit/model/deck-model.ts";
import { defaultSettings } from "../../../../src/protocol/settings.ts";
import { foldRunEvents } from "../../../../src/protocol/snapshot.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";

const [first, second, old] = ["run-20261122-100000-0001", "run-20261122-100000-0002", "run-20261120-100000-0003"];

/** A deck with two open runs, of which the first one is meant, and an old one out of the record. */
function withRecord() {
  const deck = scriptedDeck();
  const model = newModel(0);
  const settings = defaultSettings(2);
  const begin = (run: string): void =>
    deck
      .stage(run)
      .emit("run.opened", { kind: "tasks", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  const told = (run: string): void => {
    for (const event of deck.events) if (event.run === run) hear(model, structuredClone(event));
  };
  const close = (run: string): void => deck.stage(run).close("done");
  for (const run of [first, second, old]) begin(run);
  for (const run of [first, second]) told(run);
  close(old);
  const view = foldRunEvents(deck.events.filter(({ run }) => run === old));
  if (view !== undefined) adoptRecorded(model, view);
  return { model, begin, told, close };
}

const meant = (model: DeckModel): string | null => model.current;

describe("a run that is looked into", () => {
  test("is left for the run that was meant before", () => {
    const { model } = withRecord();
    expect(meant(model)).toBe(first);
    mean(model, old);
    expect(lookedInto(model)?.run).toBe(old);
    leaveRecord(model);
    expect([meant(model), lookedInto(model)]).toEqual([first, undefined]);
  });

  test("is left for another open run where the one before has ended meanwhile", () => {
    const { model, close, told } = withRecord();
    mean(model, old);
    close(first);
    told(first);
    leaveRecord(model);
    expect(meant(model)).toBe(second);
  });

  test("is left for the latest open run where a second old one was looked into after it", () => {
    const { model, close, told } = withRecord();
    close(first);
    told(first);
    mean(model, first);
    mean(model, old);
    expect(lookedInto(model)?.run).toBe(old);
    leaveRecord(model);
    expect(meant(model)).toBe(second);
  });

  test("is left for none where no other run is known", () => {
    const { model } = withRecord();
    model.runs.delete(first);
    model.runs.delete(second);
    mean(model, old);
    leaveRecord(model);
    expect(meant(model)).toBeNull();
  });

  test("is not what has just ended before the netrunner's eyes", () => {
    const { model, close, told } = withRecord();
    close(first);
    told(first);
    expect([meant(model), lookedInto(model)]).toEqual([first, undefined]);
  });

  test("is not an open one that is meant", () => {
    const { model } = withRecord();
    mean(model, second);
    expect(lookedInto(model)).toBeUndefined();
  });

  test("stays in front of a run that begins; what has just ended does not", () => {
    const { model, begin, close, told } = withRecord();
    mean(model, old);
    begin("run-20261122-120000-0004");
    told("run-20261122-120000-0004");
    expect(meant(model)).toBe(old);
    leaveRecord(model);
    close(first);
    told(first);
    begin("run-20261122-120000-0005");
    told("run-20261122-120000-0005");
    expect(meant(model)).toBe("run-20261122-120000-0005");
  });
});
