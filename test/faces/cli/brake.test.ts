import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Fault } from "../../../src/base/fault.ts";
import { inert } from "../../../src/base/text.ts";
import type { EventBody } from "../../../src/protocol/event.ts";
import { scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { plainText, run, stand, terminal, type Stand } from "./test-world.ts";

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cli-brake-"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const world = (argv: string[], deck: ScriptedDeck = scriptedDeck()): Stand =>
  stand(["brake", ...argv], deck, { cwd: workspace });

function writePolicy(text: string): void {
  mkdirSync(join(workspace, ".cyberdeck"), { recursive: true });
  writeFileSync(join(workspace, ".cyberdeck", "policy.toml"), text);
}

describe("brake explain", () => {
  const explain = (...argv: string[]) => run(world(["explain", ...argv]));

  test("says the verdict, the effects with their real targets, the rule and the way out, and nothing is run or opened", async () => {
    const asked = world(["explain", "touch made; rm -rf ~/x"]);
    const { code, out, err } = await run(asked);
    expect(code).toBe(1);
    expect(err).toBe("");
    expect(out).toMatch(/^Bash: deny \(effect\.write, tier default\)\n/);
    expect(out).toContain("/home/nobody/x");
    expect(out).toContain(join(workspace, "made"));
    expect(out).toContain("Instead: ");
    expect(asked.opened).toEqual([]);
  });

  test.each([
    [["ls"], 0],
    [["git push --force"], 1],
    [["--tier", "paranoid", "npm test"], 1],
    [["--tier", "yolo", "sudo rm -rf /"], 0],
    [["--tool", "Write", "--input", '{"file_path":"/etc/hosts","content":""}'], 1],
    [["--tool", "Write", "--input", '{"file_path":"notes.md","content":""}'], 0],
    [["--tool", "Nobody"], 1],
  ])("%j ends with %i", async (argv, code) => {
    expect((await explain(...argv)).code).toBe(code);
  });

  test("takes the place from the flags: workspace, folder of the call, home folder", async () => {
    const flags = ["--workspace", "/srv/shop", "--cwd", "/srv/shop/src", "--home-dir", "/home/ana"];
    expect((await explain(...flags, "touch ../a")).code).toBe(0);
    expect((await explain(...flags, "touch ../../a")).code).toBe(1);
    expect((await explain(...flags, "cat ~/.ssh/id_rsa")).out).toContain("/home/ana/.ssh/id_rsa");
  });

  test("looks into the scripts of the project, as the gate does", async () => {
    const scripts = { tidy: "prettier -w src", wipe: "rm -rf ~" };
    writeFileSync(join(workspace, "package.json"), JSON.stringify({ scripts }));
    expect((await explain("npm run tidy")).code).toBe(0);
    expect((await explain("npm run wipe")).code).toBe(1);
  });

  test("with --json is one line with the effects as data", async () => {
    const { out } = await explain("--json", "rm -rf ~/x");
    expect(out.trimEnd()).not.toContain("\n");
    expect(JSON.parse(out)).toMatchObject({
      tool: "Bash",
      tier: "default",
      verdict: "deny",
      rule: "effect.write",
      effects: [
        {
          kind: "delete",
          path: "/home/nobody/x",
          target: "/home/nobody/x",
          recursive: true,
          barrier: "write.outside",
        },
      ],
    });
  });

  test("goes by the policy file of the home, and names its rule", async () => {
    writePolicy('[[rule]]\nrule = "my.quiet"\nkinds = ["network"]\nverdict = "deny"\n[commands]\nallow = ["frob *"]');
    expect((await explain("curl https://example.org")).out).toContain("my.quiet");
    expect((await explain("frob --purge")).code).toBe(0);
    expect((await explain("--home", "/nowhere", "frob --purge")).code).toBe(1);
  });

  test("has colours on a terminal alone", async () => {
    const screen = world(["explain", "rm -rf /"]);
    terminal(screen.stdout);
    const { out } = await run(screen);
    expect(out).toContain("\u001b[31mdeny\u001b[0m");
    expect(plainText(out)).toBe((await explain("rm -rf /")).out);
  });

  test("shows a hostile command without letting it reach the terminal", async () => {
    const { out } = await explain("touch $'\\e[2J' \u001b[2J\u202e; x");
    expect(out).toBe(inert(out));
  });

  test.each([
    [[], "there is no command"],
    [[" "], "there is no command"],
    [["--input", "{}"], "--input is there without --tool"],
    [["--tool", "Write", "ls"], "give either the command"],
    [["--tool", "Write", "--input", "{"], "--input is not JSON"],
    [["--tier", "strict", "ls"], "paranoid, default, yolo"],
    [["a", "b"], "too many arguments"],
  ])("%j is refused with the next step", async (argv, part) => {
    const { code, out, err } = await explain(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(part);
    expect(err).toMatch(/\nnext: .+\n$/);
  });

  test("refuses a policy file that is wrong, with its line", async () => {
    writePolicy("\n[comands]\n");
    const { code, err } = await explain("ls");
    expect(code).toBe(2);
    expect(err).toMatch(/policy\.toml, line 2: there is no key "comands" in the file; did you mean "commands"\?/);
  });
});

describe("brake show", () => {
  const show = (...argv: string[]) => run(world(["show", ...argv]));

  test("lists the rules of every tier, and says that they were shipped", async () => {
    const { code, out } = await show();
    expect(code).toBe(0);
    for (const tier of ["paranoid", "default", "yolo"]) expect(out).toMatch(new RegExp(`^${tier} `, "m"));
    expect(out).toMatch(/^hold +effect\.history +shipped +history-rewrite/m);
  });

  test("says which line of the policy file a rule or an entry comes from, in the order in which they decide", async () => {
    writePolicy(
      '[[rule]]\nrule = "effect.history"\nverdict = "deny"\n\n[[rule]]\nrule = "my.x"\nkinds = ["network"]\nverdict = "hold"\n[commands]\ndeny = ["git push"]\n[folders]\nprotected = ["LICENSE"]',
    );
    const { out } = await show("--tier", "default", "--json");
    const lines = out.trimEnd().split("\n").map(ruleOf);
    const at = (rule: string): number => lines.findIndex((line) => line.rule === rule);
    expect(lines[at("effect.history")]).toMatchObject({
      verdict: "deny",
      from: expect.stringMatching(/policy\.toml:1$/),
    });
    expect(lines[at("my.x")]).toMatchObject({ verdict: "hold", from: expect.stringMatching(/policy\.toml:5$/) });
    expect(at("my.x")).toBeLessThan(at("network.get"));
    expect(at("effect.persistence")).toBeLessThan(at("my.x"));
    expect(lines[0]).toMatchObject({ rule: "[commands] deny", about: "git push" });
    expect(lines[at("[folders] protected")]).toMatchObject({ about: "LICENSE", verdict: "deny" });
    const table = (await show("--tier", "paranoid")).out;
    expect(table).toContain("git push");
    expect(table).not.toContain("my.x");
  });
});

describe("brake set", () => {
  const opened: EventBody<"run.opened"> = {
    kind: "goal",
    workspace: "/w",
    folder: "/w/r",
    settings,
    deck: "0",
    command_line: [],
  };

  test("changes the tier of the run that is open in a deck which is already there, and closes the door behind it", async () => {
    const deck = scriptedDeck();
    deck.stage().emit("run.opened", opened);
    const asked = world(["set", "paranoid"], deck);
    const { code, out } = await run(asked);
    expect(code).toBe(0);
    expect(deck.commands).toEqual([{ type: "settings.change", settings: { brake: "paranoid" } }]);
    expect(asked.opened).toEqual([expect.objectContaining({ mode: "attach", home: join(workspace, ".cyberdeck") })]);
    expect(out).toMatch(/^The brake of run-\S+ is paranoid now \(it was default\)/);
    expect(deck.closings).toBe(1);
  });

  test("says the same as a line of JSON", async () => {
    const deck = scriptedDeck();
    deck.stage().emit("run.opened", opened);
    const { out } = await run(world(["set", "yolo", "--json"], deck));
    expect(JSON.parse(out)).toEqual({ run: expect.stringMatching(/^run-/), tier: "yolo", was: "default" });
  });

  test("is refused by the deck when no run is open, and the door is closed all the same", async () => {
    const deck = scriptedDeck({
      refuse: () => new Fault("refused", "run.none", "no run is open", { hint: "Start one." }),
    });
    const { code, out, err } = await run(world(["set", "paranoid"], deck));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("no run is open");
    expect(deck.closings).toBe(1);
  });

  test.each([
    [["set"], "missing"],
    [["set", "strict"], "paranoid, default, yolo"],
    [["set", "yolo", "x"], "too many"],
  ])("%j is refused before any deck is opened", async (argv, part) => {
    const asked = world(argv);
    const { code, err } = await run(asked);
    expect(code).toBe(2);
    expect(err).toContain(part);
    expect(asked.opened).toEqual([]);
  });
});

test.each([
  [["shw"], "did you mean show?"],
  [[], "Usage: cyberdeck brake"],
])("brake %j is a wrong command and says what there is", async (argv, part) => {
  const { code, out, err } = await run(world(argv));
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(part);
});

const ruleSchema = z.object({ rule: z.string(), verdict: z.string(), from: z.string(), about: z.string() });
const ruleOf = (line: string): z.infer<typeof ruleSchema> => ruleSchema.parse(JSON.parse(line));
