import { headAndTail, inert, oneLine } from "../../base/text.ts";
import {
  mostSurfaced,
  noteBytes,
  showSurfaced,
  surfaceTool,
  surfaceWishSchema,
  titleCharacters,
  type Surfaced,
  type SurfaceAnswer,
  type SurfaceWish,
} from "../../protocol/surfaced.ts";
import type { Stage } from "../gate/gate.ts";
import type { Note } from "../journal.ts";
import { showableFile, type ShowablePlaces } from "./showable-file.ts";

export interface SurfacingParts {
  construct: string;
  places: ShowablePlaces;
  note: Note;
  /** It is on the record. */
  onSurfaced: (item: Surfaced) => void;
}

/** What one construct shows to the netrunner. */
export interface Surfacing {
  /** Denies a call that would show a file which cannot be shown. The brake has looked at it as at a call that reads. */
  stage: Stage;
  /** Records what the construct shows. It looks once more: since the gate, a link may have come into the file's place. */
  surface: (wish: SurfaceWish, call: string | null) => Promise<SurfaceAnswer>;
}

export function surfacingOf({ construct, places, note, onSurfaced }: SurfacingParts): Surfacing {
  let count = 0;
  return {
    stage(call) {
      if (call.tool !== surfaceTool) return undefined;
      const wish = surfaceWishSchema.safeParse(call.input);
      if (!wish.success) return { decision: "deny", rule: "surface.malformed", reason: malformed };
      if (wish.data.kind !== "file") return undefined;
      const found = showableFile(wish.data.path, places);
      return "reason" in found ? { decision: "deny", rule: "surface.file", reason: found.reason } : undefined;
    },
    async surface(wish, call) {
      if (count >= mostSurfaced)
        return refused(
          `${mostSurfaced} items have been shown, which is all that one construct may. Put it in your result`,
        );
      const made = itemOf(wish, places);
      if ("reason" in made) return refused(made.reason);
      count += 1;
      if (!note("construct.surfaced", { construct, call, ...made.item })) {
        return refused("the deck cannot write its record");
      }
      onSurfaced(made.item);
      return { ok: true, reason: `The user was shown: ${showSurfaced(made.item)}.${made.remark}` };
    },
  };
}

const malformed = `Nothing was shown: give {"kind": "file", "path": …} or {"kind": "note", "text": …}.`;

const refused = (why: string): SurfaceAnswer => ({ ok: false, reason: `Nothing was shown: ${why}.` });

type Made = { item: Surfaced; remark: string } | { reason: string };

function itemOf(wish: SurfaceWish, places: ShowablePlaces): Made {
  const title = oneLine(wish.title ?? "", titleCharacters);
  if (wish.kind === "file") {
    const found = showableFile(wish.path, places);
    if ("reason" in found) return found;
    return { item: { kind: "file", title, path: found.path, text: null, size: found.size }, remark: "" };
  }
  const size = Buffer.byteLength(wish.text);
  const { text, omitted } = headAndTail(inert(wish.text), noteBytes);
  const remark = omitted === 0 ? "" : ` It was shortened to ${noteBytes} bytes; show a longer text as a file.`;
  return { item: { kind: "note", title, path: null, text, size }, remark };
}
