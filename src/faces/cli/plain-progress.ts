import { oneLine } from "../../base/text.ts";
import { spell } from "../words/amounts.ts";
import { narrate } from "../words/narrate.ts";
import { nearText } from "./near.ts";
import type { Progress } from "./progress.ts";
import { pad } from "../words/width.ts";
import type { Output } from "./world.ts";

/** The most characters of one line: enough for a sentence, short enough for a log. */
const longestText = 240;

/** Progress as plain lines, for logs and pipes: the time since the command began to follow, who, what. */
export function plainProgress(out: Output): Progress {
  let begun: number | undefined;
  let labelled = false;

  const line = (at: string, who: string, word: string, text: string): void => {
    const cells = [pad(at, 9, "right"), pad(oneLine(who, 20), 11), pad(word, 10), inline(text)];
    out.write(`${cells.join("  ").trimEnd()}\n`);
  };

  return {
    tell(event, view) {
      begun ??= event.at;
      const at = spell(event.at - begun);
      const telling = narrate(event);
      if (telling !== undefined) line(at, telling.who, telling.word, nearText(telling, view));
      if (labelled) return;
      labelled = true;
      line(at, "run", "brake", view.settings.brake);
      if (view.settings.offline)
        line(at, "run", "OFFLINE", "scripted offline model: nothing here was thought by a model");
    },
    note: (text) => void out.write(`${inline(text)}\n`),
    hold() {},
    release() {},
    lastWords: undefined,
    close() {},
  };
}

/** For `--json`: the events are on stdout, so stderr has only what concerns the command itself. */
export const quietProgress = (out: Output): Progress => ({ ...plainProgress(out), tell() {} });

const inline = (text: string): string => oneLine(text.slice(0, longestText * 8), longestText);
