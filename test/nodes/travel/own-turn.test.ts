import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTravel } from "../../../src/nodes/host/travel.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { resultName } from "../../../src/nodes/wire/space.ts";
import { packResult } from "../../../src/nodes/workspace/pack-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import type { Returned } from "../../../src/protocol/workspace.ts";
import { eventually } from "../../kit/deck.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { specOf } from "../kit/spec.ts";
import { place, put, repository } from "../workspace/kit/place.ts";

const here = place();
const bringMs = 10_000;
const hurriedMs = 3000;

/** A git that stops where it takes objects into one of these workspaces, until it is let through. */
function gatedGit() {
  const { at, tools } = here();
  const script = `#!/bin/sh
case "$1 $GIT_DIR" in "index-pack "*/work-[a-z]/.git)
  : > "$GIT_DIR/stands"
  while [ -e "$GIT_DIR/stands" ]; do PATH='${tools.path}' sleep 0.02; done;;
esac
PATH='${tools.path}' exec git "$@"
`;
  put(at("bin"), { git: script });
  chmodSync(at("bin/git"), 0o755);
  const mark = (root: string): string => join(root, ".git/stands");
  return {
    path: `${at("bin")}:${tools.path}`,
    /** Resolves when one stands there. */
    stands: (root: string) => eventually(() => existsSync(mark(root)), "a result is about to be taken"),
    letThrough: (root: string) => rmSync(mark(root)),
  };
}

/** A host to which nodes bring what they have made, and a clock that stands. */
async function scene() {
  const { tools, at, home } = here();
  const clock = handClock();
  const { path, stands, letThrough } = gatedGit();
  const fetched: string[] = [];
  const thing = (name: string) => ({ name, bytes: 1, sha256: "" });
  const things: Things = {
    async put(name, file) {
      copyFileSync(file, at(name));
      return thing(name);
    },
    async get(name, file) {
      copyFileSync(at(name), file);
      fetched.push(name);
      return thing(name);
    },
    remove: () => Promise.resolve(true),
  };
  const over = new AbortController().signal;
  const warn = (): void => undefined;
  const folder = at("hub-spaces");
  const travel = await openTravel({
    deckHome: at("home/deck"),
    folder,
    things,
    path,
    home,
    warn,
    over,
    clock,
    bringMs,
    hurriedMs,
  });
  /** A node has made something, and tells of it; resolves when the host has fetched that, to what comes of it. */
  const bring = async (root: string, construct: string, hurry?: AbortSignal): Promise<Promise<Returned>[]> => {
    const given = await travel.give(specOf(construct, { cwd: root }));
    const { space, copy } = given;
    given.opened(true);
    await unpack(at(space.thing ?? ""), space.manifest, at(`node-${construct}`), tools);
    put(at(`node-${construct}`), { [construct]: "made there" });
    const name = resultName(space.name, "1");
    const packed = await packResult(at(`node-${construct}`), space.manifest, at(name), tools);
    if (packed.isNothing) throw new Error("there is nothing new");
    const brought = { how: "stored", thing: name, manifest: packed.manifest };
    const returned = copy.take({ construct, isOver: true, hurry }, () => Promise.resolve(brought));
    await eventually(() => fetched.includes(name), "it is fetched");
    return [returned];
  };
  const workspace = (name: string): string => repository(at(name), { "a.txt": "one\n" });
  const kept = (): string[] => readdirSync(folder).filter((entry) => entry.startsWith("kept-"));
  return { travel, clock, stands, letThrough, bring, workspace, kept };
}

describe("a result that comes back while others do", () => {
  test("does not wait for those of another workspace", async () => {
    const { stands, letThrough, bring, workspace } = await scene();
    const [one, other] = [workspace("work-a"), workspace("work-b")];
    const [first] = await bring(one, "cx-1");
    await stands(one);
    const [second] = await bring(other, "cx-2");
    await stands(other);
    letThrough(other);
    expect(await second).toMatchObject({ how: "branch", branch: "cyberdeck/cx-2" });
    letThrough(one);
    expect(await first).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
  });

  test("is not late for the time in which those before it had their turn", async () => {
    const { clock, stands, letThrough, bring, workspace } = await scene();
    const root = workspace("work-a");
    const [first] = await bring(root, "cx-1");
    await stands(root);
    const [second] = await bring(root, "cx-2");
    clock.pass(bringMs * 0.9);
    letThrough(root);
    expect(await first).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
    await stands(root);
    clock.pass(bringMs * 0.9);
    letThrough(root);
    expect(await second).toMatchObject({ how: "branch", branch: "cyberdeck/cx-2" });
  });

  test("is late when its own turn takes too long", async () => {
    const { clock, stands, letThrough, bring, workspace } = await scene();
    const root = workspace("work-a");
    const [first] = await bring(root, "cx-1");
    await stands(root);
    const [second] = await bring(root, "cx-2");
    letThrough(root);
    await first;
    await stands(root);
    clock.pass(bringMs);
    expect(await second).toMatchObject({ how: "lost", why: expect.stringContaining("it took longer than 10.0 s") });
  });

  test("waits no longer than allowed in all where somebody waits for its end", async () => {
    const { clock, stands, letThrough, bring, workspace, kept } = await scene();
    const root = workspace("work-a");
    const [first] = await bring(root, "cx-1");
    await stands(root);
    const [second] = await bring(root, "cx-2", AbortSignal.abort());
    clock.pass(hurriedMs + 1000);
    expect(await second).toMatchObject({ how: "lost", why: expect.stringContaining("it took longer than 3.0 s") });
    letThrough(root);
    expect(await first).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
    await eventually(() => kept().length === 1, "the second one is put aside when its turn comes");
  });

  test("waits no longer than that once somebody waits for its end, in its own turn", async () => {
    const { clock, stands, bring, workspace } = await scene();
    const root = workspace("work-a");
    const hurry = new AbortController();
    const [own] = await bring(root, "cx-1", hurry.signal);
    await stands(root);
    clock.pass(1000);
    hurry.abort();
    clock.pass(hurriedMs + 1000);
    expect(await own).toMatchObject({ how: "lost", why: expect.stringContaining("it took longer than 3.0 s") });
  });

  test("waits no longer than that once somebody waits for its end, in another one's turn", async () => {
    const { clock, stands, letThrough, bring, workspace } = await scene();
    const root = workspace("work-a");
    const hurry = new AbortController();
    const [first] = await bring(root, "cx-1");
    await stands(root);
    const [second] = await bring(root, "cx-2", hurry.signal);
    hurry.abort();
    clock.pass(hurriedMs + 1000);
    expect(await second).toMatchObject({ how: "lost", why: expect.stringContaining("it took longer than 3.0 s") });
    letThrough(root);
    expect(await first).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
  });
});

describe("a result that cannot be had, as its node is gone", () => {
  test.each([
    ["may come later where somebody may go on in that copy", false, { later: true }],
    ["is lost where its construct is over", true, {}],
  ])("%s", async (_, isOver, more) => {
    const { travel, workspace } = await scene();
    const { copy } = await travel.give(specOf("cx-1", { cwd: workspace("work-a") }));
    const gone = (): Promise<never> => Promise.reject(new Error("node-b has left the fleet"));
    const hint = expect.stringContaining("stays on its node for three days") as string;
    expect(await copy.take({ construct: "cx-1", isOver }, gone)).toEqual({
      how: "lost",
      why: "node-b has left the fleet",
      hint,
      ...more,
    });
  });
});
