import * as fc from "fast-check";
import type { EventDraft } from "../../src/protocol/event.ts";
import { chat, ended, goal, judged, opened, queued, runA, runB, said } from "./fixtures.ts";

/** Text that tries to be something else: markup, escapes, line ends, halves of characters. */
export const nastyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom(
        "|",
        "\\",
        "`",
        "```",
        "````",
        "\n",
        "\r\n",
        "\u2028",
        "#",
        "- ",
        "<b>",
        "[l](x)",
        "\x1b[31m",
        "\0",
        "\ud83d",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const construct = fc.constantFrom("cx-00000001", "cx-00000002", "cx-00000003");

/** What may follow the opening of a run, in any order and number. */
export const anyDraft = (run: string): fc.Arbitrary<EventDraft> =>
  fc.oneof(
    nastyText.map((text) => goal(text, run)),
    nastyText.map((text) => chat(text, run)),
    fc.tuple(nastyText, construct).map(([text, id]) => said(text, id, run)),
    fc.tuple(construct, nastyText).map(([id, task]) => queued(id, task, run)),
    fc
      .tuple(construct, fc.constantFrom("allow", "deny"), nastyText)
      .map(([id, how, text]) => judged(id, how, text, run)),
    fc
      .tuple(construct, nastyText, nastyText, fc.constantFrom("done", "failed", "killed"))
      .map(([id, result, cause, state]) => ended(id, { result, cause, state, cost_usd: 0.25 }, run)),
    nastyText.map((reason): EventDraft => ({
      type: "run.paused",
      run,
      source: "engine",
      body: { rule: "cap", reason },
    })),
    nastyText.map((task): EventDraft => ({
      type: "spawn.refused",
      run,
      source: "engine",
      body: { task, origin: "daemon", rule: task, reason: task },
    })),
  );

/** Two runs, interleaved. */
export const anyHistory: fc.Arbitrary<EventDraft[]> = fc
  .array(fc.constantFrom(runA, runB).chain(anyDraft), { maxLength: 40 })
  .map((drafts) => [opened(runA), opened(runB), ...drafts]);
