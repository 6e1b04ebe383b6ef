import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDoor, type Door, type DoorOptions } from "../../../src/host/door/door.ts";
import type { Command } from "../../../src/protocol/command.ts";
import { scriptedDeck, settings, type Script, type ScriptedDeck } from "../../faces/cli/scripted-deck.ts";

/** A scripted deck and its door in a home of their own. */
export interface DoorStage extends AsyncDisposable {
  folder: string;
  home: string;
  deck: ScriptedDeck;
  open(options?: Partial<DoorOptions>): Promise<Door>;
  /** What a deck does at its end: its events end, then the door closes. */
  end(): Promise<void>;
}

export function doorStage(script: Script = {}): DoorStage {
  const folder = mkdtempSync(join(tmpdir(), "door-test-"));
  const home = join(folder, "home");
  mkdirSync(home, { mode: 0o700 });
  const deck = scriptedDeck(script);
  let door: Door | undefined;
  const stage: DoorStage = {
    folder,
    home,
    deck,
    async open(options = {}) {
      door = await openDoor({ home: stage.home, port: deck.port, version: "1.2.3", ...options });
      return door;
    },
    async end() {
      await deck.close();
      await door?.close();
      door = undefined;
    },
    async [Symbol.asyncDispose]() {
      await stage.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

export const goal = (text: string): Command & { type: "goal.set" } => ({
  type: "goal.set",
  goal: text,
  settings,
  command_line: [],
});
