import { count } from "../../../base/units.ts";
import type { ListedNode } from "../../../protocol/nodes.ts";
import { askOf, herePool, isAsked, placeAskSchema, showAsk, type PlaceAsk } from "../../../protocol/place.ts";
import { pad } from "../../words/width.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { turned, withOptions, type Cycle } from "../edit/cycle.ts";
import { drawEditing, textOf } from "../edit/editor.ts";
import { writing, written, type Writing } from "../edit/writing.ts";
import type { Input } from "../screen/input.ts";

export const placeFields = ["place", "labels"] as const;
export type PlaceField = (typeof placeFields)[number];

/** Where a construct is to run, as it is being written. */
export interface PlaceState {
  place: Cycle;
  labels: Writing;
  /** The labels that nodes have, by the name of a pool; null: the deck has no nodes, so nothing is asked. */
  known: ReadonlyMap<string, readonly string[]> | null;
}

/** @param usual what the run has fixed */
export const newPlace = (usual: PlaceAsk = {}): PlaceState => ({
  place: { options: [anyPlace(usual)], place: 0 },
  labels: writing(),
  known: null,
});

const anyPlace = (usual: PlaceAsk): Cycle["options"][number] => ({
  name: "any",
  about: isAsked(usual)
    ? `as the run has it: ${showAsk(usual)}`
    : "wherever there is room, unless its profile says where",
});

/** The same with the pools of the nodes that are there now. One that drains may be back by then, so it counts. */
export function withNodes(state: PlaceState, nodes: readonly ListedNode[]): PlaceState {
  const [any] = state.place.options;
  const there = Map.groupBy(
    nodes.filter(({ boot }) => boot !== ""),
    ({ pool }) => pool,
  );
  const pools = [...there].map(([name, own]) => ({ name, about: aboutPool(own) }));
  const here = { name: herePool, about: "this machine" };
  const options = [...(any === undefined ? [] : [any]), here, ...pools.filter(({ name }) => name !== herePool)];
  const known = new Map([...there].map(([name, own]) => [name, labelsOf(own)]));
  return { ...state, place: withOptions(state.place, options), known };
}

const labelsOf = (nodes: readonly ListedNode[]): string[] => [...new Set(nodes.flatMap(({ labels }) => labels))];

function aboutPool(nodes: readonly ListedNode[]): string {
  const open = nodes.filter((one) => one.why_not === null);
  const free = open.reduce((sum, { used, slots }) => sum + Math.max(0, slots - used), 0);
  const labels = labelsOf(nodes);
  return [
    count(nodes.length, "node"),
    open.length === 0 ? "none takes work now" : `${count(free, "slot")} free`,
    ...(labels.length === 0 ? [] : [labels.join(", ")]),
  ].join(" · ");
}

/** The rows of both fields, and where in the second one the cursor stands. */
export function drawPlace(
  state: PlaceState,
  field: string,
  width: number,
): { lines: [place: Line, labels: Line]; cursor: number } {
  const { place, labels } = state;
  const { name = "", about = "" } = place.options[place.place] ?? {};
  const textWidth = Math.max(8, Math.floor(width / 2) - 14);
  const shown = drawEditing(labels.text, { width: textWidth, height: 1 });
  const rows = (isHere: boolean, label: string, ...rest: (string | readonly [string, Look] | Span)[]): Line => {
    const row = line([isHere ? " ▸ " : "   ", "key"], [pad(label, 9), "faint"], ...rest);
    return isHere ? { ...row, fill: "cursor" as const } : row;
  };
  const isPlace = field === "place";
  return {
    lines: [
      rows(
        isPlace,
        "place",
        [isPlace ? "‹ " : "  ", "key"],
        [name, isPlace ? "strong" : "plain"],
        [isPlace ? " ›" : "  ", "key"],
        [`  ${about}  ${place.place + 1} of ${place.options.length}`, "faint"],
      ),
      rows(field === "labels", "labels", "  ", ...(shown.lines[0]?.spans ?? []), [`   ${hintOf(state)}`, "faint"]),
    ],
    cursor: 14 + shown.cursor.x,
  };
}

/** What there is to choose from; what is written and no node has. */
function hintOf(state: PlaceState): string {
  const known = knownLabels(state);
  const missing = labelsIn(state).filter((label) => !known.includes(label));
  if (missing.length > 0) return `no node has ${missing.join(", ")} now: it waits for one`;
  return known.length === 0 ? "no node has a label now" : `there are: ${known.join(", ")}`;
}

const chosenPool = ({ place: { options, place } }: PlaceState): string | undefined =>
  place === 0 ? undefined : options[place]?.name;

function knownLabels(state: PlaceState): readonly string[] {
  const pool = chosenPool(state);
  const all = pool === undefined ? [...(state.known?.values() ?? [])].flat() : (state.known?.get(pool) ?? []);
  return [...new Set(all)];
}

const labelsIn = ({ labels }: PlaceState): string[] => [
  ...new Set(
    textOf(labels.text)
      .split(/[\s,]+/)
      .filter((label) => label !== ""),
  ),
];

/** The fields after an input; undefined when it is none of theirs. */
export function inPlace(state: PlaceState, field: PlaceField, input: Input): PlaceState | undefined {
  if (field === "place") {
    const place = turned(state.place, input);
    return place === undefined ? undefined : { ...state, place };
  }
  const labels = written(state.labels, input);
  return labels === undefined ? undefined : { ...state, labels };
}

/** What is wanted; undefined: nothing of its own. Or why it cannot be, with what to do. */
export function placeIn(state: PlaceState): { on: PlaceAsk | undefined } | { problem: string } {
  const pool = chosenPool(state);
  const labels = labelsIn(state);
  if (pool === herePool && labels.length > 0)
    return { problem: "this machine has no labels: choose another place, or leave them out" };
  const on = askOf({ ...(pool === undefined ? {} : { pool }), labels });
  const wrong = labels.find((label) => !placeAskSchema.safeParse({ labels: [label] }).success);
  if (wrong !== undefined) return { problem: `"${wrong}" is no label: 1 to 64 letters, digits, "-" and "_"` };
  if (!placeAskSchema.safeParse(on).success) return { problem: "these are too many labels: 20 at most" };
  return { on: isAsked(on) ? on : undefined };
}
