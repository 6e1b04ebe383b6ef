import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, reply, say, useTool, type Answerer } from "../../../src/offline/reply.ts";
import type { ModelRequest } from "../../../src/offline/request.ts";
import { scripted } from "../../../src/offline/script.ts";
import { surfaceTool } from "../../../src/protocol/surfaced.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { openFleet } from "../kit/fleet.ts";
import { later } from "../kit/later.ts";
import { theServer } from "../kit/nats.ts";
import { startWholeNode } from "../kit/whole-node.ts";
import { repository } from "../workspace/kit/place.ts";

/** The run's folder, as an agent is told it. */
const folderIn = ({ firstUserText }: ModelRequest): string => /^RUN FOLDER: (.+)$/m.exec(firstUserText)?.[1] ?? "";

const parts = ["Part one.", "Part two.", "Part three."];
const sum = "Put all of it together.";

/** Has the parts written, then put together, and is done then. */
function inTwoSteps(): Answerer {
  const steps = [
    block({ actions: parts.map((task) => ({ type: "spawn", task })), status: "waiting" }),
    block({ actions: [{ type: "spawn", task: sum }], status: "waiting" }),
    block({ status: "done", chat: "All done." }),
  ];
  return ({ lastUserText }) =>
    lastUserText.includes("GOAL:") || lastUserText.includes("Nothing else is in flight")
      ? (steps.shift() ?? say("?"))
      : block({ status: "waiting" });
}

describe.each(theServer("a run whose folder is not shared"))(
  "a goal on nodes that share no folder of the run, over %s",
  () => {
    test("has its deliverables on the host, each read by who comes after it, wherever that is", async () => {
      await using fleet = await openFleet();
      const desk = await fleet.desk();
      const agents = later();
      await using one = await startWholeNode(fleet, "one", agents);
      await using two = await startWholeNode(fleet, "two", agents);
      await eventually(() => fleet.toldOf("node.came").length === 2, "both nodes are there");
      const told = new Set<string>();
      await using kit = await openTestDeck({
        driver: agents.through(desk),
        settings: { max_concurrent: 4, sandbox: "off" },
        answer: scripted({
          afterwards: inTwoSteps(),
          constructs: [
            {
              task: sum,
              steps: [
                (asked) => call("Bash", { command: `cat ${folderIn(asked)}/parts/*.md` }),
                (asked) =>
                  call("Write", {
                    file_path: `${folderIn(asked)}/all.md`,
                    content: asked.toolResults.map(({ text }) => text.trim()).join(),
                  }),
                (asked) => call(surfaceTool, { kind: "file", path: `${folderIn(asked)}/all.md`, title: "All of it" }),
                ({ toolResults }) => say(`Shown: ${toolResults.at(-1)?.text}`),
              ],
            },
            ...parts.map((task, index) => ({
              task,
              steps: [
                (asked: ModelRequest) => {
                  told.add(folderIn(asked));
                  return reply(
                    useTool("Write", { file_path: `${folderIn(asked)}/parts/${index}.md`, content: `part ${index}\n` }),
                    useTool("Bash", { command: `echo note ${index} > ${folderIn(asked)}/note-${index}` }),
                  );
                },
                say("Wrote it."),
              ],
            })),
          ],
        }),
      });
      const events = await kit.runGoal("Have it written in parts, and put together.");
      const [opened] = of(events, "run.opened");
      const folder = opened?.body.folder ?? "";
      expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
      const read = (name: string): string => readFileSync(join(folder, name), "utf8");
      expect(parts.map((_, index) => read(`parts/${index}.md`) + read(`note-${index}`))).toEqual(
        parts.map((_, index) => `part ${index}\nnote ${index}\n`),
      );
      // Who has put them together was on one node, and found what had been written on both.
      expect(read("all.md")).toBe("part 0\npart 1\npart 2");
      expect([...told].toSorted()).toEqual([one, two].map((node) => node.runFolder(opened?.run ?? "")));
      // The outcomes name what is on the host, and all of it is there.
      const outcomes = outcomesOf(events);
      expect(outcomes.map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
      expect(outcomes.flatMap(({ files }) => files.map(({ path }) => path)).toSorted()).toEqual(
        ["all.md", "parts/0.md", "parts/1.md", "parts/2.md"].map((name) => join(folder, name)),
      );
      expect(outcomes.flatMap(({ files_missing: missing }) => missing)).toEqual([]);
      expect(of(events, "construct.surfaced").map(({ body }) => body)).toMatchObject([
        { kind: "file", path: join(folder, "all.md"), title: "All of it" },
      ]);
      expect(JSON.stringify(events)).not.toContain(one.data);
      expect(fleet.toldOf("deck.warned")).toEqual([]);
      expect(leftOf(events)).toEqual([]);
    });

    test("is told what it wrote into that folder as files on disk, also where it worked in a copy of the workspace", async () => {
      await using fleet = await openFleet();
      const desk = await fleet.desk();
      const agents = later();
      const copies = { asked: { workspace: "bundle" as const } };
      await using _one = await startWholeNode(fleet, "one", { driver: agents.driver, ...copies });
      await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
      await using kit = await openTestDeck({
        driver: agents.through(desk),
        settings: { sandbox: "off" },
        answer: (asked) =>
          asked.toolResults.length > 0
            ? say("Wrote it.")
            : reply(
                useTool("Write", { file_path: `${folderIn(asked)}/parts/files.txt`, content: "a part" }),
                useTool("Write", { file_path: "made.txt", content: "made in the copy" }),
              ),
      });
      repository(kit.workspace);
      const events = await kit.runTasks(["Write a part."]);
      const folder = of(events, "run.opened")[0]?.body.folder ?? "";
      expect(outcomesOf(events)).toMatchObject([
        {
          files: [{ path: join(folder, "parts/files.txt"), size: 6 }],
          files_missing: [],
          workspace: { how: "branch", files: { first: ["made.txt"] } },
        },
      ]);
    });
  },
);
