import { expect, test } from "vitest";
import { isAuthor } from "../../src/offline/author.ts";
import { offlineModel } from "../../src/offline/model.ts";
import { parseRequest, type ModelRequest } from "../../src/offline/request.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import { admitAuthored } from "../../src/policy/tripwires/authored.ts";
import { compileBounded } from "../../src/policy/tripwires/bounded-pattern.ts";
import { authorMessage, authorPrompt } from "../../src/engine/tripwires/author-prompt.ts";

const limits = {
  compile: compileBounded,
  monotonic: () => 0,
  mayBeCritical: false,
  mostRehearsed: 3,
  rehearsalTime: 50,
};

function asked(goal: string): ModelRequest {
  const body = {
    model: "haiku",
    system: authorPrompt(),
    tools: [{ name: "StructuredOutput" }],
    messages: [{ role: "user", content: authorMessage(goal, "/w") }],
  };
  const parsed = parseRequest(body, 1000, undefined);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.request;
}

test("the author of tripwires is told from the daemon, also when the goal is about one", () => {
  const request = asked("GOAL: explain what the daemon does");
  expect([isAuthor(request), isDaemon(request)]).toEqual([true, false]);
});

test("what the scripted model proposes is admitted", async () => {
  const { content } = await offlineModel()(asked("Count the TODO comments"));
  const [first] = content;
  const input = first?.type === "tool_use" ? first.input : undefined;
  expect(admitAuthored(input, [], limits)).toMatchObject({ admitted: [{ name: "goal/no-edits" }], refused: [] });
});

test("a script that says nothing of the author proposes no rules, and the turn ends", async () => {
  const answer = scripted({ otherwise: { content: [{ type: "text", text: "Done." }] } });
  const request = asked("Count");
  const { content } = await answer(request);
  expect(content).toMatchObject([{ type: "tool_use", name: "StructuredOutput", input: { rules: [] } }]);
  const again = await answer({ ...request, toolResults: [{ id: "t", text: "ok", failed: false }] });
  expect(again.content).toMatchObject([{ type: "text" }]);
});

test("the author's prompt names every rule that ships, and is small", () => {
  const prompt = authorPrompt();
  for (const name of ["host-restart", "destructive-sql", "same-failure", "user-email"]) expect(prompt).toContain(name);
  expect(Buffer.byteLength(prompt)).toBeLessThan(4096);
});
