import { oneLine } from "../../../base/text.ts";
import { showAmount, type ReachedBound } from "../../../protocol/bound.ts";
import type { Command } from "../../../protocol/command.ts";
import { settingTable } from "../../../protocol/setting-table.ts";
import { parseSetting, showSetting } from "../../../protocol/setting-value.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import type { Need } from "../model/need.ts";
import type { Hands } from "../page.ts";

/** One way to answer a need. */
export interface Answer {
  /** What it does, in two or three words: "allow once". */
  word: string;
  give: (hands: Hands) => void;
}

/** The answers by the keys that give them: x, v, V and X. What makes no sense for a need is not there. */
export type Answers = Partial<Record<"yes" | "no" | "note" | "always", Answer>>;

/** How a need can be answered. */
export function answersTo(need: Need): Answers {
  switch (need.kind) {
    case "hold":
      return holdAnswers(need);
    case "daemon":
      return daemonAnswers(need.run);
    case "task":
      return {
        yes: telling(
          "let this task start",
          { type: "blacklist.allow", run: need.run, task: need.task },
          "the daemon may start it now",
        ),
        no: {
          word: "leave it forbidden",
          give: (hands) => {
            hands.putAside(need.id);
            hands.say("it stays forbidden", "good");
          },
        },
      };
    case "attention":
      return attentionAnswers(need);
    default:
      return need satisfies never;
  }
}

const telling = (word: string, command: Command, done: string): Answer => ({
  word,
  give: (hands) => void hands.send(command, done),
});

function holdAnswers({ hold: { hold, construct, tool, pattern } }: Need & { kind: "hold" }): Answers {
  const answer = { type: "hold.answer", hold } as const;
  return {
    yes: telling("allow once", { ...answer, answer: "allow" }, `${construct}: this ${tool} call is allowed`),
    always: telling(
      "allow this pattern",
      { ...answer, answer: "allow_pattern" },
      `${construct} may from now on: ${oneLine(pattern, 60)}`,
    ),
    no: telling("deny", { ...answer, answer: "deny" }, `${construct}: this ${tool} call is denied`),
    note: {
      word: "deny with a note",
      give: (hands) =>
        hands.open(
          promptDialog(
            {
              kind: "deny",
              target: hold,
              title: "Deny with a note",
              words: [`${construct} is told why its ${oneLine(tool, 40)} call is denied, and goes on from there.`],
              verb: "denies",
              submit: (note, own) =>
                void own.send({ ...answer, answer: "deny", note }, `denied; ${construct} is told why`),
            },
            hands,
          ),
        ),
    },
  };
}

/** The word that a daemon takes as leave for its next step. */
const goOn = "proceed";

function daemonAnswers(run: string): Answers {
  const say = (text: string, hands: Hands): void => void hands.send({ type: "say", run, text }, "the daemon is told");
  return {
    yes: {
      word: "reply",
      give: (hands) =>
        hands.open(
          promptDialog(
            {
              kind: "say",
              target: run,
              title: "Reply to the daemon",
              words: [`Enter with nothing written says "${goOn}".`],
              verb: "sends",
              canBeEmpty: true,
              submit: (text, own) => say(text === "" ? goOn : text, own),
            },
            hands,
          ),
        ),
    },
    always: { word: `say "${goOn}"`, give: (hands) => say(goOn, hands) },
    no: {
      word: "stand down",
      give: (hands) =>
        hands.open(
          confirmDialog({
            title: "Stand down",
            words: ["The daemon is told to finish: it starts nothing new and closes the run."],
            verb: "tells it",
            run: (own) => say("stand down", own),
          }),
        ),
    },
  };
}

function attentionAnswers({ item, construct, run, reason }: Need & { kind: "attention" }): Answers {
  if (item.bound !== undefined) return boundAnswers(item.item, item.bound, construct);
  if (reason === "account")
    return {
      yes: telling("let agents begin again", { type: "account.release" }, "agents begin again, one by one"),
      no: stopping(run, item.text),
    };
  if (construct === null) return { no: stopping(run, item.text) };
  const kill = telling("kill it", { type: "construct.kill", construct }, `${construct} is being killed`);
  if (reason === "silent") return { yes: messaging(construct), no: kill };
  return {
    yes: {
      word: "let it go on",
      give: (hands) =>
        hands.open(
          confirmDialog({
            title: "Let it go on",
            words: [[item.text, "warning"], `${construct} goes on as if this had not happened.`],
            verb: "lets it go on",
            run: (own) => void own.send({ type: "construct.continue", construct }, `${construct} goes on`),
          }),
        ),
    },
    no: kill,
  };
}

const messaging = (construct: string): Answer => ({
  word: "send it a message",
  give: (hands) =>
    hands.open(
      promptDialog(
        {
          kind: "send",
          target: construct,
          title: "Send a message",
          words: [`${construct} reads it at its next turn boundary.`],
          verb: "sends",
          submit: (text, own) => void own.send({ type: "construct.send", construct, text }, `sent to ${construct}`),
        },
        hands,
      ),
    ),
});

const stopping = (run: string, reason: string): Answer => ({
  word: "stop the run",
  give: (hands) =>
    hands.open(
      confirmDialog({
        title: "Stop the run",
        words: ["Its constructs get the time to end; the run can be opened again later."],
        verb: "stops it",
        run: (own) =>
          void own.send({ type: "stop", run, status: "paused", reason, force: false }, "the run is stopped"),
      }),
    ),
});

function boundAnswers(item: string, bound: ReachedBound, construct: string | null): Answers {
  const { which, used, limit } = bound;
  const setting = settingTable.find(({ field }) => field === which);
  const more = used + limit;
  const end: Answer = telling(
    construct === null ? "end the run" : "end it",
    { type: "bound.answer", item, answer: "end" },
    "it ends; what it has so far is kept",
  );
  return {
    yes: {
      word: "raise the bound",
      give: (hands) =>
        hands.open(
          promptDialog(
            {
              kind: "bound",
              target: item,
              title: "Raise the bound",
              words: [
                `used: ${showAmount(which, used)}; the bound is ${showAmount(which, limit)}`,
                `${setting?.doc ?? ""}; ${setting?.kind.unit ?? ""}`,
              ],
              initial: setting === undefined ? "" : showSetting(setting, { [which]: Math.ceil(more) }),
              verb: "raises it",
              ...(setting === undefined ? {} : { parse: (text: string) => void parseSetting(setting, text) }),
              submit: (text, own) => {
                const to = setting === undefined ? undefined : parseSetting(setting, text)[which];
                const raise = { type: "bound.answer", item, answer: "raise" } as const;
                void own.send(to === undefined ? raise : { ...raise, to }, `the bound is ${text} now`);
              },
            },
            hands,
          ),
        ),
    },
    always: telling("as much again", { type: "bound.answer", item, answer: "raise" }, "it may use as much again"),
    no: construct === null ? confirmed(end) : end,
  };
}

/** An answer that is given only when it was asked once more. */
const confirmed = ({ word, give }: Answer): Answer => ({
  word,
  give: (hands) =>
    hands.open(
      confirmDialog({ title: "End the run", words: ["What it has so far is kept."], verb: "ends it", run: give }),
    ),
});
