import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { describe, expect, test } from "vitest";
import { call, reply, say, useTool } from "../../../src/offline/reply.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { openFleet } from "../kit/fleet.ts";
import { later } from "../kit/later.ts";
import { theServer } from "../kit/nats.ts";
import { threeConstructs, threeTasks } from "../kit/three-tasks.ts";
import { git, put } from "../workspace/kit/place.ts";

describe.each(theServer("copies"))("a goal whose constructs work on copies of the workspace, over %s", () => {
  test("is done on two nodes, and each result comes back as a branch, with nothing else changed", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = later();
    for (const name of ["one", "two"]) await fleet.node(name, agents.driver, { copies: true });
    await eventually(() => fleet.toldOf("node.came").length === 2, "both nodes are there");
    await using kit = await openTestDeck({
      driver: agents.through(desk),
      settings: { max_concurrent: 4, sandbox: "off" },
      answer: threeConstructs((index) => [
        ({ firstUserText }) =>
          reply(
            useTool("Write", { file_path: `${workspaceIn(firstUserText)}/made-${index}`, content: `${index}\n` }),
            useTool("Bash", { command: "cat notes loose; echo more >> notes; ls -a > seen" }),
            useTool("Write", { file_path: "/etc/cyberdeck-denied", content: "no" }),
          ),
        index === 0
          ? call("Bash", { command: "git add -A && git commit -qm 'by a construct' && git log --format=%an -1" })
          : call("Bash", { command: "pwd" }),
        ({ toolResults }) => say(`It says ${toolResults.map(({ text }) => text.trim()).join("|")}.`),
      ]),
      files: { notes: "committed\n", ".gitignore": "hidden\n.cyberdeck\n" },
    });
    const { workspace } = kit;
    git(workspace, "init", "-q", "-b", "main");
    git(workspace, "add", "-A");
    git(workspace, "commit", "-qm", "first");
    put(workspace, { notes: "changed\n", loose: "not committed\n", hidden: "ignored\n" });
    const head = git(workspace, "rev-parse", "HEAD");
    const events = await kit.runGoal("Have three constructs do it.");
    expect(of(events, "deck.warned")).toEqual([]);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
    const outcomes = outcomesOf(events);
    expect(outcomes.map(({ state, files_missing }) => [state, files_missing])).toEqual(
      threeTasks.map(() => ["done", []]),
    );
    expect(new Set(of(events, "workspace.packed").map(({ body }) => body.place))).toEqual(new Set(["one", "two"]));
    expect(of(events, "workspace.packed")[0]?.body).toMatchObject({ head, branch: "main", is_dirty: true });
    for (const { id, task, result, workspace: back } of outcomes) {
      const index = threeTasks.indexOf(task);
      const branch = `cyberdeck/${id}`;
      expect(back).toMatchObject({ how: "branch", branch, instead_of: null, merge: { how: "clean" } });
      // What was told with the host's path was done in the copy, and is told of with the host's path again.
      expect(result).toBe(index === 0 ? "It says cyberdeck construct." : `It says ${workspace}.`);
      const made = (name: string): string => git(workspace, "show", `${branch}:${name}`);
      expect(made(`made-${index}`)).toBe(String(index));
      expect(made("notes")).toBe("changed\nmore");
      expect(made("loose")).toBe("not committed");
      // What is ignored has stayed at home.
      expect(made("seen").split("\n").sort()).toEqual([
        ".",
        "..",
        ".git",
        ".gitignore",
        "loose",
        `made-${index}`,
        "notes",
        "seen",
      ]);
      expect(git(workspace, "merge-base", "HEAD", branch)).toBe(head);
      // The branch has what was not committed; what the construct itself has changed fits into the workspace as it is.
      const patch = back?.how === "branch" ? (back.patch ?? "") : "";
      expect(git(workspace, "apply", "--numstat", "--check", patch)).toContain(`made-${index}`);
    }
    // Of the netrunner's own nothing has changed.
    expect(git(workspace, "rev-parse", "HEAD", "main")).toBe(`${head}\n${head}`);
    expect(git(workspace, "status", "--short")).toBe(" M notes\n?? loose");
    expect(existsSync("/etc/cyberdeck-denied")).toBe(false);
    const report = readFileSync(join(of(events, "run.opened")[0]?.body.folder ?? "", "report.md"), "utf8");
    expect(report).toContain(`came back: branch cyberdeck/${outcomes[0]?.id}`);
    // Neither on the nodes nor in the store nor in the home is anything left of it.
    const left = (): string[] => ["one", "two"].flatMap((name) => readdirSync(join(fleet.folder, `${name}-spaces`)));
    await eventually(() => left().every((name) => name === "git"), "the copies are gone");
    expect(readdirSync(join(fleet.folder, "hub-spaces"))).toEqual(["git"]);
    expect(leftOf(events)).toEqual([]);
  });

  test("whose result is not what may be taken is told to the netrunner, and nothing of it is", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = later();
    const spoilt = (things: Things): Things => ({
      ...things,
      async put(name, file) {
        writeFileSync(file, "# v2 git bundle\n");
        return things.put(name, file);
      },
    });
    await fleet.node("one", agents.driver, { copies: spoilt });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    await using kit = await openTestDeck({
      driver: agents.through(desk),
      settings: { sandbox: "off" },
      answer: ({ toolResults }) =>
        toolResults.length === 0 ? call("Write", { file_path: "made", content: "m" }) : say("Did it."),
      files: { ".gitignore": ".cyberdeck\n" },
    });
    const { workspace } = kit;
    git(workspace, "init", "-q", "-b", "main");
    git(workspace, "add", "-A");
    git(workspace, "commit", "-qm", "first");
    const events = await kit.runTasks(["Work."]);
    const [outcome] = outcomesOf(events);
    const why = expect.stringContaining("is not what was put there") as string;
    expect(outcome).toMatchObject({ result: "Did it.", workspace: { how: "refused", why } });
    expect(outcome?.files_missing.map((path) => basename(path))).toEqual(["made"]);
    expect(of(events, "workspace.returned").map(({ body }) => body)).toMatchObject([
      { construct: outcome?.id, place: "one", returned: { how: "refused", why } },
    ]);
    expect(of(events, "attention.raised").map(({ body }) => body)).toMatchObject([
      { construct: outcome?.id, kind: "workspace.refused", text: why },
    ]);
    expect(git(workspace, "branch", "--list", "cyberdeck/*")).toBe("");
  });
});

const workspaceIn = (text: string): string => /^WORKSPACE:\s*(\S+)/m.exec(text)?.[1] ?? "";
