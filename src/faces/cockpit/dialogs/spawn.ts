import { efforts, type Effort } from "../../../protocol/caliber.ts";
import type { KnownCalibers } from "../../../protocol/models.ts";
import { pad } from "../../words/width.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { turned, withOptions, type Cycle } from "../edit/cycle.ts";
import { drawEditing, editing, rowMoved, textOf } from "../edit/editor.ts";
import { replacedBy, writing, written, type Writing } from "../edit/writing.ts";
import type { Dialog, Hands } from "../page.ts";
import type { Input } from "../screen/input.ts";
import type { PlaceAsk } from "../../../protocol/place.ts";
import { centred } from "./centred.ts";
import { drawPlace, inPlace, newPlace, placeFields, placeIn, withNodes } from "./spawn-place.ts";
import type { PlaceField, PlaceState } from "./spawn-place.ts";

/** What is asked for; undefined: what the deck chooses. */
export interface Wanted {
  task: string;
  profile: string | undefined;
  model: string | undefined;
  effort: Effort | undefined;
  on: PlaceAsk | undefined;
}

export interface Spawning {
  title: string;
  words: string;
  /** What it begins with; the netrunner may choose another. */
  chosen?: { profile?: string; model?: string };
  /** Where the run has its constructs run. */
  on?: PlaceAsk;
  submit: (wanted: Wanted, hands: Hands) => void;
}

const choices = ["profile", "model", "effort"] as const;
type Choice = (typeof choices)[number];
type Field = "task" | Choice | PlaceField;

/** Where a deck has its own machine alone, it is not asked where. */
const fieldsOf = ({ where }: SpawnState): readonly Field[] => [
  "task",
  ...choices,
  ...(where.known === null ? [] : placeFields),
];

interface SpawnState extends Record<Choice, Cycle> {
  field: Field;
  where: PlaceState;
  task: Writing;
  back: number;
  models: KnownCalibers["models"];
}

const kind = "task";
const own = { name: "default", about: "what the deck chooses" };

/** Asks for one more construct: its task, and whom and what it runs as. Tab goes from field to field. */
export function spawnDialog(
  { title, words, chosen = {}, on: usual, submit }: Spawning,
  hands: Hands,
): Dialog<SpawnState> {
  const begin: SpawnState = {
    field: "task",
    task: writing(hands.local.draft(kind)),
    back: 0,
    models: [],
    profile: begunWith(chosen.profile),
    model: begunWith(chosen.model),
    effort: { options: [own, ...efforts.map((name) => ({ name, about: "" }))], place: 0 },
    where: newPlace(usual),
  };
  return {
    name: "spawn",
    begin,
    opened(at) {
      void learnModels(at);
      void learnProfiles(at);
      void learnNodes(at);
    },
    draw({ state, size }) {
      const width = Math.min(90, size.columns - 2);
      const where = drawPlace(state.where, state.field, width);
      const places = state.where.known === null ? [] : where.lines;
      const most = Math.max(1, size.rows - 9 - places.length);
      const shown = drawEditing(state.task.text, { width: width - 4, height: most });
      const height = Math.min(most, Math.max(3, shown.lines.length + 1));
      const text = Array.from({ length: height }, (_, row): Line => {
        const one = shown.lines[row] ?? blank;
        return { ...one, spans: [{ text: " " }, ...one.spans] };
      });
      const at = centred(size, width, height + 7 + places.length);
      const lines = [
        line([` ${words}`, "faint"]),
        ...text,
        line(["─".repeat(at.width - 2), "border"]),
        ...choices.map((name) => choiceLine(name, state)),
        ...places,
      ];
      const way = ways[state.field] ?? "←→ or a letter chooses";
      const foot = `Enter starts it · Tab next field · ${way} · Esc${size.columns < 90 ? "" : " keeps the draft"}`;
      const box = boxed(lines, at, { title, foot, border: "border_focused" });
      const cursors: Partial<Record<Field, { x: number; y: number }>> = {
        task: { x: at.x + 2 + shown.cursor.x, y: at.y + 2 + shown.cursor.y },
        labels: { x: at.x + 1 + where.cursor, y: at.y + lines.length },
      };
      return { parts: [box], cursor: cursors[state.field] };
    },
    input(input, { state, hands: at, size }) {
      if (input.type === "mouse") return { state };
      if (input.type === "key") {
        if (input.key === "escape") return "close";
        if (input.key === "tab" || input.key === "shift+tab")
          return { state: stepped(state, input.key === "tab" ? 1 : -1) };
        if (input.key === "enter") {
          const task = textOf(state.task.text).trim();
          if (task === "") {
            at.say("it has no task yet: write what it shall do", "warning");
            return { state: { ...state, field: "task" } };
          }
          const asked = placeIn(state.where);
          if ("problem" in asked) {
            at.say(asked.problem, "warning");
            return { state: { ...state, field: "labels" } };
          }
          at.local.remember(kind, task);
          at.local.keepDraft(kind, "");
          submit({ task, ...chosenIn(state), ...asked }, at);
          return "close";
        }
      }
      const next = inField(state, input, Math.min(90, size.columns - 2) - 4, at);
      return next === undefined ? "pass" : { state: next };
    },
  };
}

/** A field with what is chosen in it; the other options are not known yet. */
const begunWith = (name: string | undefined): Cycle =>
  name === undefined || name === own.name
    ? { options: [own], place: 0 }
    : { options: [own, { name, about: "" }], place: 1 };

interface Learning {
  hands: Hands;
  update: (change: (state: SpawnState) => SpawnState) => void;
}

/** Without them, the deck chooses: that a list is missing stops nobody. */
async function learnModels({ hands, update }: Learning): Promise<void> {
  const answer = await hands.ask({ type: "calibers.list", refresh: false });
  if ("reply" in answer) update((state) => withModels(state, answer.reply.models));
}

async function learnProfiles({ hands, update }: Learning): Promise<void> {
  const others = (await hands.local.profiles()).filter(({ name }) => name !== own.name);
  update((state) => ({ ...state, profile: withOptions(state.profile, [own, ...others]) }));
}

async function learnNodes({ hands, update }: Learning): Promise<void> {
  const answer = await hands.ask({ type: "nodes.list" });
  if (!("reply" in answer) || answer.reply.hub === null) return;
  const { nodes } = answer.reply;
  update((state) => ({ ...state, where: withNodes(state.where, nodes) }));
}

/** What keys do in a field that is no choice. */
const ways: Partial<Record<Field, string>> = { task: "Alt+Enter new line", labels: "blanks between labels" };

function inField(state: SpawnState, input: Input, width: number, hands: Hands): SpawnState | undefined {
  const { field } = state;
  if (field === "task") return inTask(state, input, width, hands);
  if (field !== "place" && field !== "labels") return inChoice(state, field, input);
  const where = inPlace(state.where, field, input);
  return where === undefined ? undefined : { ...state, where };
}

function choiceLine(name: Choice, { field, [name]: { options, place } }: SpawnState): Line {
  const { name: chosen = "", about = "" } = options[place] ?? {};
  const isHere = field === name;
  const row = line(
    [isHere ? " ▸ " : "   ", "key"],
    [pad(name, 9), "faint"],
    [isHere ? "‹ " : "  ", "key"],
    [chosen, isHere ? "strong" : "plain"],
    [isHere ? " ›" : "  ", "key"],
    [`  ${about}${options.length > 1 ? `  ${place + 1} of ${options.length}` : ""}`, "faint"],
  );
  return isHere ? { ...row, fill: "cursor" } : row;
}

function stepped(state: SpawnState, by: number): SpawnState {
  const fields = fieldsOf(state);
  return { ...state, field: fields[(fields.indexOf(state.field) + by + fields.length) % fields.length] ?? "task" };
}

function inTask(state: SpawnState, input: Input, width: number, { local }: Hands): SpawnState | undefined {
  if (input.type === "key" && (input.key === "up" || input.key === "down")) {
    const way = input.key === "up" ? -1 : 1;
    const moved = rowMoved(state.task.text, width, way);
    if (moved !== undefined) return { ...state, task: { ...state.task, text: moved } };
    const history = local.history(kind);
    const back = Math.min(history.length, Math.max(0, state.back - way));
    if (back === state.back) return state;
    return {
      ...state,
      back,
      task: replacedBy(state.task, editing(back === 0 ? local.draft(kind) : history.at(-back))),
    };
  }
  const task = written(state.task, input);
  if (task === undefined) return undefined;
  if (textOf(task.text) !== textOf(state.task.text)) local.keepDraft(kind, textOf(task.text));
  return { ...state, task };
}

function inChoice(state: SpawnState, field: Choice, input: Input): SpawnState | undefined {
  const cycle = turned(state[field], input);
  if (cycle === undefined) return undefined;
  const next = { ...state, [field]: cycle };
  return field === "model" ? withEfforts(next) : next;
}

function withModels(state: SpawnState, models: KnownCalibers["models"]): SpawnState {
  const options = models.map(({ value, description }) => ({ name: value, about: description }));
  return withEfforts({ ...state, models, model: withOptions(state.model, [own, ...options]) });
}

/** Only the efforts that the chosen model has. */
function withEfforts(state: SpawnState): SpawnState {
  const model = state.models.find(({ value }) => value === state.model.options[state.model.place]?.name);
  const there = model === undefined ? efforts : model.efforts;
  return { ...state, effort: withOptions(state.effort, [own, ...there.map((name) => ({ name, about: "" }))]) };
}

function chosenIn(state: SpawnState): Omit<Wanted, "task" | "on"> {
  const of = ({ options, place }: Cycle): string | undefined => (place === 0 ? undefined : options[place]?.name);
  const effort = of(state.effort);
  return { profile: of(state.profile), model: of(state.model), effort: efforts.find((name) => name === effort) };
}
