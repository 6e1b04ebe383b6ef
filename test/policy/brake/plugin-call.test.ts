import { describe, expect, test } from "vitest";
import { judge } from "../../../src/policy/brake/judge.ts";
import type { BrakeContext } from "../../../src/policy/brake/context.ts";
import type { Tier } from "../../../src/protocol/verdict.ts";

const command = "/w/.cyberdeck/bin/cyberdeck-plugin";

const effects = { look: "read", change: "write", fetch: "network", silent: "undeclared", local: "project" } as const;

const context = (tier: Tier): BrakeContext => ({
  tier,
  workspace: "/w",
  runFolder: "/w/.cyberdeck/runs/run-1",
  deckHome: "/w/.cyberdeck",
  home: "/h",
  cwd: "/w",
  realPath: (path) => path,
  plugins: {
    command: () => command,
    effects: (name) => Object.entries(effects).find(([known]) => known === name)?.[1],
  },
});

/** The verdict on a line in which `BRIDGE` stands for the command. */
const verdict = (line: string, tier: Tier = "default"): string =>
  judge({ id: "c", tool: "Bash", input: { command: line.replaceAll("BRIDGE", command) } }, context(tier)).verdict;

describe("a call of a plugin", () => {
  test.each([
    ["BRIDGE look --json src", "allow", "allow"],
    ["BRIDGE look 'two words' | head -5", "allow", "allow"],
    ["BRIDGE change src/a.ts", "deny", "allow"],
    ["BRIDGE fetch https://example.org/", "deny", "allow"],
    ["BRIDGE silent", "deny", "hold"],
    ["BRIDGE local --json src", "deny", "allow"],
    ["BRIDGE nowhere", "allow", "allow"],
    ["BRIDGE", "allow", "allow"],
  ])("is judged by what its manifest says that it does: %s", (line, paranoid, usual) => {
    expect([verdict(line, "paranoid"), verdict(line)]).toEqual([paranoid, usual]);
  });

  test.each([
    ["BRIDGE look ~/.ssh/id_rsa", "deny"],
    ["BRIDGE look /w/.cyberdeck/deck.db", "deny"],
    ["BRIDGE fetch ~/.aws/credentials", "deny"],
    ["BRIDGE change /etc/passwd", "hold"],
    ["BRIDGE change ../elsewhere", "hold"],
    ['BRIDGE "$NAME"', "hold"],
    ["BRIDGE look > /etc/passwd", "deny"],
    ["BRIDGE look; rm -rf /", "deny"],
    ["BRIDGE look $(rm -rf ~)", "deny"],
    ["NODE_OPTIONS=--require=./x.js BRIDGE look", "hold"],
    ["sudo BRIDGE look", "deny"],
    ["BRIDGE look | sh", "deny"],
    ["/w/.cyberdeck/bin/other look", "hold"],
    ["/w/.cyberdeck/plugins/look/run.sh", "hold"],
    ["BRIDGE-not look", "hold"],
  ])("opens nothing else: %s", (line, expected) => {
    expect(verdict(line)).toBe(expected);
  });

  test("is none while the deck has no bridge", () => {
    const { plugins: _, ...bare } = context("default");
    const { verdict: said } = judge({ id: "c", tool: "Bash", input: { command: `${command} look` } }, bare);
    expect(said).toBe("hold");
  });
});
