import { expect, test } from "vitest";
import { subjectsOf } from "../../../src/nodes/hub/subjects.ts";

const subjects = subjectsOf("f1");

test("what a node says to its host bears the node's name, and the host reads it", () => {
  expect(subjects.letters.write("n1", "host")).toBe("cd.f1.host.n1");
  expect(subjects.letters.read("host")).toBe("cd.f1.host.*");
  expect(subjects.speaker("cd.f1.host.n1", "host")).toBe("n1");
  expect(subjects.questions.write("n1", "host", "claim")).toBe("cd.f1.ask.host.n1.claim");
});

test("what the host says to a node is read by that node alone", () => {
  expect(subjects.letters.write("host", "n1")).toBe(subjects.letters.read("n1"));
  expect(subjects.questions.write("host", "n1", "drain")).toBe(subjects.questions.read("n1", "drain"));
  expect(subjects.speaker("cd.f1.node.n1", "n1")).toBe("host");
});

test("a node whose name is a word of the map, and a fleet too, are read right", () => {
  const odd = subjectsOf("host");
  expect(odd.speaker(odd.letters.write("node", "host"), "host")).toBe("node");
});

test.each(["", "a.b", "*", ">", "a b", "a\n", "ä", "-a", "_a", "a/b", "a".repeat(65), "$JS"])(
  "%j cannot be a name of anything",
  (name) => {
    expect(() => subjectsOf(name)).toThrow(expect.objectContaining({ code: "hub.bad_name" }));
    expect(() => subjects.letters.write("host", name)).toThrow(/cannot be the name/);
    expect(() => subjects.letters.read(name)).toThrow(/cannot be the name/);
    expect(() => subjects.job(name, "x")).toThrow(/cannot be the name/);
    expect(() => subjects.job("x", name)).toThrow(/cannot be the name/);
    expect(() => subjects.questions.write("n", "host", name)).toThrow(/cannot be the name/);
  },
);

test("no node is called host, and the host does not speak to itself", () => {
  expect(() => subjects.letters.write("host", "host")).toThrow(/nothing to say to itself/);
});
