import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { profileObjection } from "../engine/profiles/outfits.ts";
import type { Note } from "../engine/journal.ts";
import { openCatalogues, type Catalogues } from "../store/catalogue/catalogues.ts";
import type { DeckParts } from "./deck-parts.ts";

/** The catalogues of a deck for as long as it runs: read at its start, and again after each edit. */
export interface DeckCatalogues extends Catalogues, Disposable {
  /** Puts on the record of a run what is wrong when it opens. */
  tellRefused(note: Note): void;
  /** Refuses a profile that the netrunner has named and that there is not. */
  mustHave(profile: string): void;
}

/** @param note records in the open run, or in none */
export function openDeckCatalogues(deckHome: string, parts: DeckParts, note: Note): DeckCatalogues {
  const nowhere = join(deckHome, "nowhere");
  const { user = nowhere, shipped = nowhere, path = "" } = parts.catalogues ?? {};
  const catalogues = openCatalogues({
    deckHome,
    user,
    shipped,
    path,
    home: parts.agentHome,
    clock: systemClock,
    onChange: (change) => note("catalogue.changed", change),
    onRefusal: (refused) => note("catalogue.refused", refused),
  });
  const watching = catalogues.watch((message) => note("deck.warned", { code: "catalogue.unwatched", message }));
  return {
    ...catalogues,
    tellRefused(tell) {
      catalogues.look();
      for (const refused of catalogues.refused()) tell("catalogue.refused", refused);
    },
    mustHave(profile) {
      catalogues.look();
      const objection = profileObjection(catalogues, profile);
      if (objection === undefined) return;
      const hint =
        objection.rule === "profile.unknown"
          ? "Name one that there is; cyberdeck profiles lists them."
          : "Correct the file, or remove it. Nothing runs under a profile that is not understood.";
      throw new Fault("usage", objection.rule, objection.reason.replace(/[.]?$/, "."), {
        hint,
        facts: { profile },
      });
    },
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
