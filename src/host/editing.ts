import { Fault } from "../base/fault.ts";
import { openBlacklist } from "../engine/blacklist.ts";
import type { Command } from "../protocol/command.ts";
import { openStore } from "../store/event-log.ts";
import { acquireLock } from "../store/lock.ts";
import { lastHold, releaseOf } from "./account-of-home.ts";
import { changeBlacklist } from "./blacklist-commands.ts";
import { answerRetention, isRetentionCommand } from "./retention-commands.ts";
import { answerSettings, isSettingsCommand } from "./settings-commands.ts";
import type { Port, Replies } from "./port.ts";

interface Editing {
  /** Values that must not be written anywhere. */
  secrets: readonly string[];
  /** Of this Cyberdeck. */
  version: string;
}

/** A door to a home in which no deck runs, to change what is kept there. It has the lock, and starts nothing. */
export function openEditingDeck(home: string, { secrets, version }: Editing): { port: Port; close(): Promise<void> } {
  using undo = new DisposableStack();
  undo.use(acquireLock(home));
  const store = undo.adopt(openStore(home, undefined, secrets), (opened) => opened.close());
  const blacklist = openBlacklist(home, store.redactor);
  const held = undo.move();
  const end = Promise.withResolvers<void>();
  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      // The reply belongs to the command's type.
      if (isSettingsCommand(command)) return answerSettings(command, home, undefined) as Replies[C["type"]];
      if (command.type === "account.status" || command.type === "account.release") {
        const hold = lastHold(store) ?? null;
        if (hold !== null && command.type === "account.release") store.append([releaseOf(hold)], { synced: true });
        return { hold } as Replies[C["type"]];
      }
      if (isRetentionCommand(command)) {
        const { redactor } = store;
        const keeping = { reader: store, store, redactor, open: [], isAlone: true, version };
        return (await answerRetention(command, keeping)) as Replies[C["type"]];
      }
      if (!isChange(command)) throw new Fault("internal", "deck.not_open", `${command.type} needs a deck that runs`);
      const reply = await changeBlacklist(command, blacklist, (type, body) => {
        store.append([{ type, run: "", source: "netrunner", body }], { synced: true });
      });
      // The reply belongs to the command's type.
      return reply as Replies[C["type"]];
    },
    snapshot: () => Promise.resolve(undefined),
    async *follow(afterSeq) {
      yield* store.eventsAfter(afterSeq);
    },
    closed: end.promise,
  };
  return {
    port,
    close() {
      held.dispose();
      end.resolve();
      return end.promise;
    },
  };
}

const isChange = (command: Command): command is Parameters<typeof changeBlacklist>[0] =>
  command.type === "blacklist.list" || command.type === "blacklist.add" || command.type === "blacklist.remove";
