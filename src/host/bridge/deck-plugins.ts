import { systemClock } from "../../base/clock.ts";
import { newBridge } from "../../engine/plugins/bridge.ts";
import type { PluginMachine } from "../../engine/plugins/machine.ts";
import type { DeckPlugins } from "../../engine/plugins/run-plugins.ts";
import { pluginShelf } from "../../engine/plugins/shelf.ts";
import type { Note } from "../../engine/journal.ts";
import type { PluginManifest } from "../../protocol/plugin.ts";
import type { Catalogue } from "../../store/catalogue/catalogue.ts";
import { openBridge, type BridgePlace } from "./bridge-socket.ts";

/** What the entry point decides about plugins. */
export interface PluginParts {
  machine: PluginMachine;
  /** The program that runs scripts of JavaScript. */
  node: string;
  /** The program that speaks to the deck for a construct. */
  script: string;
}

/** The plugins of a deck, and the way to them. */
export interface OpenPlugins {
  plugins: DeckPlugins;
  /** Lets constructs in; without it they have no plugins that are programs. */
  listen(home: string): Promise<void>;
  close(): Promise<void>;
}

/** @param note records in the run that is open, if there is one */
export function openPlugins(
  catalogue: Catalogue<PluginManifest>,
  { machine, node, script }: PluginParts,
  note: Note,
): OpenPlugins {
  const shelf = pluginShelf(catalogue, machine, node);
  let strangers = 0;
  const onStranger = (plugin: string): void => {
    strangers += 1;
    // A loop of them must not fill the record.
    if (strangers > mostStrangers) return;
    const more = strangers === mostStrangers ? " Further ones are not told." : "";
    const message = `somebody without a construct's token asked for the plugin ${plugin || "without a name"}, and was refused.${more}`;
    note("deck.warned", { code: "bridge.stranger", message });
  };
  const bridge = newBridge({ shelf, clock: systemClock, node, onStranger });
  let place: BridgePlace | undefined;
  return {
    plugins: { shelf, bridge, command: () => place?.command, node },
    async listen(home) {
      place = await openBridge({ home, bridge, script, node });
    },
    async close() {
      await place?.close();
    },
  };
}

const mostStrangers = 20;
