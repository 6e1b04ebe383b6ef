import type { ScriptedDeck } from "../../cli/scripted-deck.ts";
import { busyFleet, id } from "./scenes.ts";

const daemon = "dm-00000001";

/** The busy fleet, of which the daemon has heard and about which it asks: a conversation of every kind of entry. */
export async function conversation(deck: ScriptedDeck): Promise<void> {
  await busyFleet(deck);
  const stage = deck.stage();
  stage.emit("daemon.turn_started", {
    daemon,
    turn: 2,
    message: `OUTCOMES:\n${id(1)} done: The page of run is written.\n${id(2)} failed: crash`,
    inputs: [30, 31],
  });
  stage.emit("daemon.thinking", {
    daemon,
    turn: 2,
    text: "The page of spawn has crashed once; a second try with a smaller task is cheap, and the join waits for it anyway, so nothing is lost by trying again before I ask.",
  });
  stage.emit("daemon.action_rejected", {
    daemon,
    turn: 2,
    position: 2,
    item: '{"type":"spawn","task":""}',
    problem: "actions.1.task: Too small: expected string to have >=1 characters",
  });
  stage.emit("spawn.refused", {
    task: "Publish the manual to the registry",
    origin: "daemon",
    rule: "blacklist",
    reason: "the netrunner has forbidden publishing",
  });
  stage.emit("daemon.action", {
    daemon,
    turn: 2,
    action: { type: "message", construct: id(4), text: "Keep to 80 columns, please." },
  });
  stage.emit("daemon.chat", {
    daemon,
    turn: 2,
    text: "Seven pages are under way. 二つ目 has crashed, so I try it again with less to do 🙂.",
  });
  stage.emit("daemon.turn_ended", { daemon, turn: 2, valid: true, cost_usd: 0.08, tokens_out: 1, duration_ms: 65_000 });
  await deck.port.send({ type: "say", text: "Leave the chapter on eject to me." });
}

/** The same, and now it waits. */
export async function waitingDaemon(deck: ScriptedDeck): Promise<void> {
  await conversation(deck);
  const stage = deck.stage();
  const chat = "Shall the manual have a chapter on nodes? It would take two more constructs and about $0.60.";
  stage.emit("daemon.chat", { daemon, turn: 3, text: chat });
  stage.emit("run.waiting", { question: chat });
}
