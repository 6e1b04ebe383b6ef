import { foldEvent, openView } from "../../src/protocol/snapshot.ts";
import type { Command } from "../../src/protocol/command.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { RunView } from "../../src/protocol/view.ts";
import { redirection, type Scenario } from "./scenario.ts";

/**
 * The netrunner of a scenario: decides from the record alone what to say next, so that one who comes back after a death of the
 * deck says what has not been said, and nothing twice.
 */
export function netrunner(scenario: Scenario): { see(event: DeckEvent, isLive: boolean): Command[] } {
  let view: RunView | undefined;
  const once = new Set<string>();
  const first = (what: string): boolean => !once.has(what) && once.add(what).has(what);

  return {
    see(event, isLive) {
      if (view === undefined) view = event.type === "run.opened" ? openView(event) : undefined;
      else foldEvent(view, event);
      const of = (name: string) =>
        Object.values(view?.constructs ?? {}).find(({ task }) => task.startsWith(`Do ${name} in `));
      if (event.type === "netrunner.said") once.add("say");
      if (event.type === "settings.changed") once.add("settings");
      if (event.type === "construct.redirected") once.add("redirect");
      if (!isLive) return [];
      switch (event.type) {
        case "hold.opened":
          return [{ type: "hold.answer", hold: event.body.hold, answer: scenario.denies ? "deny" : "allow" }];
        case "construct.paused":
          return event.source === "netrunner" ? [{ type: "construct.continue", construct: event.body.construct }] : [];
        case "construct.tool_called": {
          const { construct } = event.body;
          if (construct === of("D")?.id && first("pause"))
            return [{ type: "construct.pause", construct, freeze: false }];
          if (construct === of("C")?.id && first("settings"))
            return [{ type: "settings.change", settings: { max_concurrent: 4 } }];
          return [];
        }
        case "construct.tool_returned":
          return event.body.construct === of("B")?.id && of("X") === undefined && first("redirect")
            ? [{ type: "construct.interrupt", construct: event.body.construct, text: redirection }]
            : [];
        case "construct.ended":
          return first("say") ? [{ type: "say", text: "How is it going?" }] : [];
        default:
          return [];
      }
    },
  };
}
