import { oneLine } from "../../../base/text.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { noticeDialog } from "../dialogs/notice.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import type { Action, At, Hands, Seen } from "../page.ts";
import type { TripwireLine } from "../../../protocol/tripwire.ts";
import { trialTexts } from "./rules-lines.ts";
import { cursorOf, forbiddenOf, openNow, ruleParts, tierNow, type Forbidden, type RulesState } from "./rules-state.ts";

type Here = Pick<Seen<RulesState>, "model" | "state">;

/** What can be done to the rules. */
export const rulesActions: readonly Action<RulesState>[] = [
  { id: "rules.part", title: "next part", keys: ["tab"], run: (at) => turned(at, 1) },
  { id: "rules.part_back", title: "part before", keys: ["shift+tab"], isPlain: true, run: (at) => turned(at, -1) },
  {
    id: "rules.mute",
    title: "mute it, or let it fire again",
    keys: ["m"],
    can: (at) => tripwireAt(at) !== undefined,
    run: (at) => {
      const rule = tripwireAt(at);
      if (rule === undefined) return;
      const isMuting = rule.state !== "muted";
      if (isMuting && rule.severity === "critical") at.hands.open(confirmMute(rule, at));
      else void mute(rule, isMuting, at);
    },
  },
  {
    id: "rules.forbid",
    title: "forbid some work",
    keys: ["f"],
    can: ({ state }) => state.part === "forbidden",
    run: (at) => forbid(at),
  },
  {
    id: "rules.unforbid",
    title: "forbid it no more",
    keys: ["u"],
    can: (at) => forbiddenAt(at)?.kind === "entry",
    run: (at) => {
      const one = forbiddenAt(at);
      if (one?.kind === "entry") at.hands.open(confirmRemoval(one, at));
    },
  },
  {
    id: "rules.allow",
    title: "let this task through",
    keys: ["x"],
    can: (at) => forbiddenAt(at)?.kind === "refused",
    run: (at) => {
      const one = forbiddenAt(at);
      if (one?.kind !== "refused") return;
      const { run, task } = one;
      void at.hands.send(
        { type: "blacklist.allow", run, task },
        "the daemon may start this one; its like stays forbidden",
      );
    },
  },
  { id: "rules.try", title: "try a command on them", keys: ["c"], run: (at) => tryCall(at) },
];

/** Asks the deck for what the page shows. */
export async function loadRules({ hands, model, update }: At<RulesState>): Promise<void> {
  const run = openNow(model)?.run;
  const tier = tierNow(model);
  const [tripwires, blacklist, rules] = await Promise.all([
    hands.send({ type: "tripwires.list", ...(run === undefined ? {} : { run }) }),
    hands.send({ type: "blacklist.list" }),
    brakeRules(hands, model.host?.home, tier),
  ]);
  update((state) => ({
    ...state,
    tripwires: tripwires?.rules ?? state.tripwires,
    entries: blacklist?.entries ?? state.entries,
    brake: rules === undefined ? state.brake : { tier, rules },
  }));
}

async function brakeRules(hands: Hands, home: string | undefined, tier: ReturnType<typeof tierNow>) {
  if (home === undefined) return undefined;
  try {
    return (await hands.local.brake?.(home))?.rules(tier);
  } catch (error) {
    hands.say(
      `the rules of the brake cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "bad",
    );
    return undefined;
  }
}

function turned({ state }: At<RulesState>, by: number): RulesState {
  const at = ruleParts.indexOf(state.part);
  return { ...state, part: ruleParts[(at + by + ruleParts.length) % ruleParts.length] ?? "tripwires" };
}

function tripwireAt({ model, state }: Here): TripwireLine | undefined {
  if (state.part !== "tripwires") return undefined;
  return state.tripwires?.find(({ name }) => name === cursorOf(state, model));
}

function forbiddenAt({ model, state }: Here): Forbidden | undefined {
  if (state.part !== "forbidden") return undefined;
  return forbiddenOf(state, model).find(({ id }) => id === cursorOf(state, model));
}

async function mute({ name }: TripwireLine, muted: boolean, at: At<RulesState>): Promise<void> {
  const run = openNow(at.model)?.run;
  const reply = await at.hands.send(
    { type: "tripwires.mute", name, muted, confirmed: true, ...(run === undefined ? {} : { run }) },
    `${name} is ${muted ? "muted: it does not fire any more" : "on again"}`,
  );
  if (reply !== undefined) await loadRules(at);
}

const confirmMute = (rule: TripwireLine, at: At<RulesState>) =>
  confirmDialog({
    title: `Mute ${rule.name}`,
    words: [
      ["It is critical: what it watches for is denied, and the construct killed.", "warning"],
      "Muted, such calls are left to the brake, now and after a restart.",
    ],
    verb: "mutes it",
    run: () => void mute(rule, true, at),
  });

const confirmRemoval = ({ entry }: Forbidden & { kind: "entry" }, at: At<RulesState>) =>
  confirmDialog({
    title: "Forbid it no more",
    words: [[oneLine(entry.task, 400), "strong"], "The daemon and you may start it again, in this home, from now on."],
    verb: "allows it",
    run: (hands) =>
      void changed(hands.send({ type: "blacklist.remove", id: entry.id }, `${entry.id} is not forbidden any more`), at),
  });

async function changed(reply: Promise<unknown>, at: At<RulesState>): Promise<void> {
  if ((await reply) !== undefined) await loadRules(at);
}

function forbid(at: At<RulesState>): void {
  at.hands.open(
    promptDialog(
      {
        kind: "forbid",
        title: "Forbid some work",
        words: ["As a construct would be told it. It is refused in other words too, whoever asks for it."],
        verb: "forbids it",
        submit: (task, hands) =>
          void changed(hands.send({ type: "blacklist.add", task, reason: "" }, "forbidden from now on"), at),
      },
      at.hands,
    ),
  );
}

function tryCall(at: At<RulesState>): void {
  at.hands.open(
    promptDialog(
      {
        kind: "trial",
        title: "Try a command",
        words: ["What the tripwires and the brake would say to it. Nothing is run."],
        verb: "tries it",
        submit: (command, hands) => void tried(command, hands, at),
      },
      at.hands,
    ),
  );
}

async function tried(command: string, hands: Hands, { model }: At<RulesState>): Promise<void> {
  const run = openNow(model)?.run;
  const call = { tool: "Bash", input: { command } };
  const trial = await hands.send({ type: "tripwires.test", ...call, ...(run === undefined ? {} : { run }) });
  if (trial === undefined) return;
  const { host } = model;
  const brake = host === null ? undefined : await hands.local.brake?.(host.home);
  const told =
    host === null || brake === undefined
      ? []
      : brake.explain({ ...call, tier: tierNow(model), workspace: host.workspace }).split("\n");
  hands.open(
    noticeDialog("What they would say", [
      `$ ${oneLine(command, 2000)}`,
      "",
      ...told,
      ...(told.length === 0 ? [] : [""]),
      ...trialTexts(trial),
    ]),
  );
}
