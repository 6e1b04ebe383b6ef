import { describe, expect, test } from "vitest";
import { placeNames, sameNames } from "../../src/nodes/wire/place-names.ts";

const names = placeNames([
  { host: "/home/me/proj/app", node: "/srv/space-1/tree/app" },
  { host: "/home/me/proj", node: "/srv/space-1/tree" },
]);

describe("what is said of a copy", () => {
  test.each([
    ["/home/me/proj/app", "/srv/space-1/tree/app"],
    ["/home/me/proj/app/a.ts and /home/me/proj/b.ts", "/srv/space-1/tree/app/a.ts and /srv/space-1/tree/b.ts"],
    ["Work in /home/me/proj/app. Then stop.", "Work in /srv/space-1/tree/app. Then stop."],
    ["--out=/home/me/proj/x 'file:///home/me/proj/y'", "--out=/srv/space-1/tree/x 'file:///srv/space-1/tree/y'"],
  ])("bears the node's paths there and the host's paths on the wire: %s", (host, node) => {
    expect(names.inward(host)).toBe(node);
    expect(names.outward(node)).toBe(host);
  });

  test.each([
    "/home/me/proj-2/a",
    "/home/me/proj.old/a",
    "/home/me/project",
    "/mnt/home/me/proj2",
    "/backup/home/me/proj/a",
    "/home/me/projä/a",
    "ü/home/me/proj/a",
  ])("does not take another folder for it: %s", (path) => {
    expect(names.inward(path)).toBe(path);
  });

  test("is the same otherwise, however deep it is", () => {
    const call = {
      id: "t1",
      n: 3,
      none: null,
      input: { file_path: "/srv/space-1/tree/a", edits: [{ text: "/srv/space-1/tree/app" }] },
    };
    expect(names.outward(call)).toEqual({
      id: "t1",
      n: 3,
      none: null,
      input: { file_path: "/home/me/proj/a", edits: [{ text: "/home/me/proj/app" }] },
    });
    expect(sameNames.outward(call)).toBe(call);
  });

  test("has names with characters that mean something in a pattern", () => {
    const odd = placeNames([{ host: "/w/a+(b)[c]", node: "/n/$&" }]);
    expect(odd.inward("/w/a+(b)[c]/x")).toBe("/n/$&/x");
    expect(odd.outward("/n/$&/x")).toBe("/w/a+(b)[c]/x");
  });
});
