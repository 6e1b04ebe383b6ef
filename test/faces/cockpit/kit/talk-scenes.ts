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

/** Questions of every kind of end: answered with citations that hold and that do not, failed, taken back, answering, waiting. */
export async function askedWatchdog(deck: ScriptedDeck): Promise<void> {
  await busyFleet(deck);
  const stage = deck.stage();
  const caliber = { model: "haiku", effort: "low" as const };
  const by = { pid: 1, started: null };
  const asked = (ask: string, question: string, about: string | null = null): void =>
    stage.emit("watchdog.asked", { ask, question, about, caliber, by });
  const given = { seqs: [[1, 40] as [number, number]], bytes: 9000, events: 44, up_to: 44, search: "fts5" as const };
  asked("wd-00000001", `Why has ${id(2)} failed?`, id(2));
  stage.emit("watchdog.started", { ask: "wd-00000001", pid: 1, given });
  stage.emit("watchdog.answered", {
    ask: "wd-00000001",
    answer:
      `${id(2)} ended as failed with the cause "crash" [31]. It had called Bash once [20] and had said that it begins with the help of its verb [19].\n\n` +
      "Nothing was denied to it before that. Whether the same would happen again, the record does not say; a smaller task was asked for later [4711].",
    citations: [
      { seq: 31, state: "given" },
      { seq: 20, state: "given" },
      { seq: 19, state: "given" },
      { seq: 4711, state: "unknown" },
    ],
    wrong: 1,
    cost_usd: 0.0041,
    duration_ms: 3900,
  });
  asked("wd-00000002", "What did it cost so far?");
  stage.emit("watchdog.started", { ask: "wd-00000002", pid: 1, given });
  stage.emit("watchdog.failed", { ask: "wd-00000002", reason: "its agent ended with code 1", cost_usd: 0 });
  asked("wd-00000003", "What is it doing now?", id(4));
  stage.emit("watchdog.cancelled", { ask: "wd-00000003" });
  asked("wd-00000004", "Which pages are missing? 数える 🙂");
  stage.emit("watchdog.started", { ask: "wd-00000004", pid: 1, given });
  asked("wd-00000005", "Was anything refused?");
}
