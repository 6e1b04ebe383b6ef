// A program for pseudo terminals: the real command line on this process, over a scripted deck that plays a scenario. Each
// SIGUSR2 is a step of the scenario.
import type { SignalName } from "../../../src/faces/cli/world.ts";
import { runCli } from "../../../src/faces/cli/run-cli.ts";
import { scriptedDeck } from "./scripted-deck.ts";
import type { Script, Stage } from "./scripted-deck.ts";

type Step = (stage: Stage) => void;

const id = (n: number): string => `cx-${String(n).padStart(8, "0")}`;

const fleet =
  (queued: number, started: number): Step =>
  (stage) => {
    stage.emit("daemon.started", {
      daemon: "dm-1",
      pid: 1,
      backend: "streaming",
      caliber: { model: "opus", effort: "high" },
      resumed: null,
    });
    stage.emit("daemon.turn_started", { daemon: "dm-1", turn: 1, message: "", inputs: [] });
    for (let n = 1; n <= queued; n += 1)
      stage.queue(id(n), `task ${n}: 数える 🙂 and a text that is long enough to be cut at the edge`);
    for (let n = 1; n <= started; n += 1) {
      stage.start(id(n));
      const input = `ls -la /some/where/${n} \u001b[31mred\u001b[0m 漢字漢字漢字漢字漢字漢字漢字漢字`;
      stage.emit("construct.tool_called", { construct: id(n), call: `c${n}`, tool: "Bash", input });
    }
    stage.emit("daemon.turn_ended", {
      daemon: "dm-1",
      turn: 1,
      valid: true,
      cost_usd: 0.05,
      tokens_out: 1,
      duration_ms: 1,
    });
  };

const end =
  (from: number, to: number): Step =>
  (stage) => {
    for (let n = from; n <= to; n += 1) stage.end(id(n), { result: `result of ${n}` });
  };

const question: Step = (stage) => {
  stage.emit("daemon.chat", { daemon: "dm-1", text: "I have counted them. Shall I delete \u001b[2J them?" });
  stage.emit("run.waiting", { question: "I have counted them. Shall I delete \u001b[2J them?" });
};

const held: Step = (stage) => {
  stage.emit("hold.opened", {
    construct: id(1),
    hold: "hd-00000001",
    call: "t",
    tool: "Bash",
    input: "git push \u001b[31m--force\u001b[0m origin main",
    targets: ["history-rewrite: git push --force"],
    diff: null,
    task: "task 1",
    rule: "history.rewrite",
    reason: "It rewrites shared history.",
    pattern: "Bash [history.rewrite] git push --force origin main",
    deadline: null,
  });
};

/** A call has run that was not allowed: the construct is frozen, and the netrunner is asked. */
const suspicion: Step = (stage) => {
  stage.emit("construct.paused", { construct: id(1), how: "frozen", why: "Bash ran although it was not allowed" });
  const item = { item: "at-00000001", construct: id(1), kind: "gate.bypassed" } as const;
  stage.emit("attention.raised", { ...item, text: "It has run Bash\u001b[31m.", next: "Kill it, or let it go on." });
};

/** The run has reached its budget. */
const atBudget: Step = (stage) => {
  const bound = { which: "budget_usd", used: 2.01, limit: 2 } as const;
  const text = "The run has used $2.01; its bound is $2.00.";
  stage.emit("attention.raised", { item: "at-00000002", kind: "bound.run", text, next: "Raise it.", bound });
  stage.emit("run.paused", { rule: "budget.run", reason: text });
};

const done: Step = (stage) => {
  stage.emit("daemon.chat", { daemon: "dm-1", text: "That was all." });
  stage.close("done");
};

/** Talks until it is stopped. */
const flood: Step = (stage) => {
  talking = setInterval(() => stage.emit("daemon.chat", { daemon: "dm-1", text: "x".repeat(10_000) }), 1);
};
let talking: NodeJS.Timeout | undefined;

const scenarios: Record<string, { argv: string[]; steps: Step[]; script?: Script }> = {
  fleet: { argv: ["run", "a goal", "--offline"], steps: [fleet(30, 10), end(1, 3), done] },
  small: { argv: ["run", "a goal", "--brake", "paranoid"], steps: [fleet(3, 2), end(1, 2), done] },
  stubborn: {
    argv: ["run", "a goal"],
    steps: [fleet(2, 2)],
    script: { onStop: (stage, command) => command.force && stage.close("stopped", "killed") },
  },
  hold: {
    argv: ["run", "a goal"],
    steps: [fleet(1, 1), held],
    script: {
      onHoldAnswer(stage, { hold, answer, note }) {
        stage.emit("hold.closed", { construct: id(1), hold, call: null, end: answer, note: note ?? null });
        stage.emit("daemon.chat", { daemon: "dm-1", text: `It was <${answer} ${note ?? ""}>.` });
        stage.close("done");
      },
    },
  },
  suspicion: {
    argv: ["run", "a goal"],
    steps: [
      fleet(1, 1),
      suspicion,
      () => deck.stage().emit("attention.closed", { item: "at-00000001", how: "expired" }),
    ],
    script: {
      onConstruct(stage, { type, construct }) {
        stage.emit("attention.closed", { item: "at-00000001", how: "continued" });
        stage.emit("daemon.chat", { daemon: "dm-1", text: `It was <${type} ${construct}>.` });
        stage.close("done");
      },
    },
  },
  question: {
    argv: ["run", "a goal"],
    steps: [fleet(1, 1), question, end(1, 1)],
    script: {
      onSay(stage, text) {
        stage.emit("daemon.turn_started", { daemon: "dm-1", turn: 2, message: text, inputs: [] });
        stage.emit("daemon.chat", { daemon: "dm-1", text: `You said <${text}>.` });
        stage.close("done");
      },
    },
  },
  pause: {
    argv: ["run", "a goal", "--budget", "2"],
    steps: [fleet(1, 1), (stage) => stage.emit("run.paused", { rule: "budget:usd", reason: "the run has cost $2.01" })],
  },
  budget: {
    argv: ["run", "a goal", "--budget", "2"],
    steps: [fleet(1, 1), atBudget],
    script: {
      onBoundAnswer(stage, { answer, to }) {
        stage.emit("attention.closed", { item: "at-00000002", how: "continued" });
        stage.emit("daemon.chat", { daemon: "dm-1", text: `It was <${answer} ${to ?? ""}>.` });
        stage.close("done");
      },
    },
  },
  flood: {
    argv: ["run", "a goal", "--json"],
    steps: [flood],
    script: {
      onStop(stage, { status, reason }) {
        clearInterval(talking);
        stage.close(status, reason);
      },
    },
  },
  fault: {
    argv: ["run", "a goal"],
    steps: [fleet(2, 2), () => void deck.close()],
  },
};

const scenario = scenarios[process.argv[2] ?? ""];
if (scenario === undefined) throw new Error("no such scenario");
const steps = [...scenario.steps];
const next = (): void => steps.shift()?.(deck.stage());
const deck = scriptedDeck({ ...scenario.script, startAt: Date.now() - 60_000, onOpen: next });
process.on("SIGUSR2", next);

process.exitCode = await runCli({
  argv: scenario.argv,
  env: process.env,
  cwd: "/",
  homeDir: "/",
  cores: 2,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals(name: SignalName, listener) {
    process.on(name, listener);
    return { [Symbol.dispose]: () => void process.off(name, listener) };
  },
  openDeck: async () => deck,
  hostGone: () => Promise.resolve(true),
  listCatalogues: () => Promise.reject(new Error("no scenario asks for catalogues")),
  triage: () => Promise.reject(new Error("no scenario reads a crash")),
  examine: () => Promise.reject(new Error("no scenario asks the doctor")),
  startNode: () => Promise.reject(new Error("no scenario is a node")),
  openBrake: async (home) => (await import("../../../src/bin/open-brake.ts")).openBrake(home),
  version: "0",
});
