import { wrap } from "../../words/width.ts";
import { boxed } from "../draw/box.ts";
import { blank, line, type Line } from "../draw/block.ts";
import type { Dialog } from "../page.ts";
import { centred } from "./centred.ts";

/** How a deck shall be started. */
export type Provider = "offline" | "ordinary";

/**
 * The first thing to be seen where no deck runs and no login is found: what the cockpit is, and how to try it without an account.
 * @param how what was found of a login, and what was not looked at
 */
export function welcomeDialog(how: string, start: (provider: Provider) => void): Dialog<null> {
  const choose: Record<string, Provider> = { o: "offline", enter: "offline", c: "ordinary" };
  return {
    name: "welcome",
    begin: null,
    draw({ size }) {
      const width = Math.min(76, size.columns - 2);
      const told = (text: string): Line[] => wrap(text, width - 5).map((one) => line(`  ${one}`));
      const option = (key: string, title: string, text: string): Line[] => [
        line([`  ${key}`, "key"], [`  ${title}`, "strong"]),
        ...wrap(text, width - 8).map((one) => line([`     ${one}`, "faint"])),
      ];
      const words = [
        blank,
        ...told(
          "You set a goal. A daemon splits it into tasks, constructs (real Claude Code processes) work on them, and you stay in charge: every tool call is judged before it runs, and what is doubtful waits for you.",
        ),
        blank,
        ...told(`Here, ${how}.`),
        blank,
        ...option(
          "o",
          "try it offline (Enter)",
          "Real agents and real tools with a scripted model that ships with the deck: no account, no network, no cost. It counts the words of the files in this folder.",
        ),
        blank,
        ...option(
          "c",
          "go on all the same",
          'If Claude Code works for you without a login here. Otherwise log in with "claude" first.',
        ),
        blank,
        ...told("? shows all keys, Ctrl+P finds every action, Ctrl+Q leaves."),
      ];
      const at = centred(size, width, words.length + 2);
      return { parts: [boxed(words, at, { title: "Welcome to Cyberdeck", border: "border_focused" })] };
    },
    input(input) {
      if (input.type !== "key") return { state: null };
      const provider = choose[input.key];
      if (provider === undefined) return "pass";
      start(provider);
      return "close";
    },
  };
}
