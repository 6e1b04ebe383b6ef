import { expect, test } from "vitest";
import { failing, say } from "../../src/offline/reply.ts";
import { parseRequest, type ModelRequest } from "../../src/offline/request.ts";
import { scripted } from "../../src/offline/script.ts";

function request(body: Record<string, unknown>, session = "s1"): ModelRequest {
  const parsed = parseRequest({ model: "m", ...body }, 100, session);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.request;
}

const construct = (text: string, session?: string): ModelRequest =>
  request({ messages: [{ role: "user", content: text }], tools: [{ name: "Bash" }] }, session);

const daemon = (system = "You are the daemon of a deck."): ModelRequest =>
  request({ messages: [{ role: "user", content: "GOAL: x" }], system });

test("constructs that match the same rule each get its steps from the start", () => {
  const answer = scripted({ constructs: [{ task: "count", steps: [say("one"), say("two")] }] });
  const turns = ["a", "b", "a", "b"].map((session) => answer(construct("count it", session)));
  expect(turns).toEqual([say("one"), say("one"), say("two"), say("two")]);
});

test("a retry after a fault gets the next step, not the fault again", () => {
  const answer = scripted({ constructs: [{ task: /count/, steps: [failing(529), say("ok")] }] });
  expect(answer(construct("count"))).toEqual(failing(529));
  expect(answer(construct("count"))).toEqual(say("ok"));
});

test("a regular expression with the global flag does not remember its last match", () => {
  const answer = scripted({ constructs: [{ task: /count/g, steps: [say("1"), say("2"), say("3")] }] });
  expect([1, 2, 3].map(() => answer(construct("count")))).toEqual([say("1"), say("2"), say("3")]);
});

test("the daemon's steps go on in a new session, and never reach a construct or a tool-less stranger", () => {
  const answer = scripted({ daemon: [say("first"), say("second")], otherwise: say("nobody") });
  expect(answer(daemon())).toEqual(say("first"));
  expect(answer(construct("GOAL: daemon"))).toEqual(say("nobody"));
  expect(answer(daemon("You name conversations."))).toEqual(say("nobody"));
  expect(answer(daemon())).toEqual(say("second"));
  expect(answer(daemon())).toEqual(say("nobody"));
});

test("a step can be made from the request", () => {
  const answer = scripted({ otherwise: (seen) => say(seen.firstUserText.toUpperCase()) });
  expect(answer(construct("loud"))).toEqual(say("LOUD"));
});
