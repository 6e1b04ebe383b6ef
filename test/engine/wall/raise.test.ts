import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { gitFoldersOutside } from "../../../src/engine/wall/git-folders.ts";
import { layoutOf } from "../../../src/engine/wall/layout.ts";
import { raiseWall } from "../../../src/engine/wall/wall.ts";
import { isSecret } from "../../../src/policy/places/secrets.ts";
import { secretPlaces } from "../../../src/policy/places/secret-places.ts";
import { openTestDeck } from "../../kit/deck.ts";

/** A place for a wall, and a stand-in for bubblewrap. */
function aPlace(): Disposable & {
  folder: string;
  place: Parameters<typeof raiseWall>[1];
  bubblewrap(script: string): string;
} {
  const folder = mkdtempSync("/var/tmp/wall-test-");
  const at = (name: string): string => join(folder, name);
  const place = {
    run: "run-1",
    workspace: at("workspace"),
    deckHome: at("home"),
    runFolder: at("home/runs/run-1"),
    agentHome: at("agent-home"),
    agentState: at("agent-home/.claude"),
  };
  for (const path of [place.workspace, place.runFolder, place.agentHome]) mkdirSync(path, { recursive: true });
  return {
    folder,
    place,
    bubblewrap(script) {
      writeFileSync(at("bwrap"), `#!/bin/sh\n${script}\n`);
      chmodSync(at("bwrap"), 0o755);
      return at("bwrap");
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe("a wall", () => {
  test("that nobody wants is not put up, and the reason is told", async () => {
    using around = aPlace();
    expect(await raiseWall("off", around.place)).toMatchObject({
      agents: undefined,
      why: expect.stringMatching(/turned off/),
    });
    expect(readdirSync(around.place.deckHome)).toEqual(["runs"]);
  });

  test("is not put up by auto where bubblewrap is missing, and the reason says how to get it", async () => {
    using around = aPlace();
    const { agents, why } = await raiseWall("auto", around.place, () => Promise.resolve(undefined));
    expect(agents).toBeUndefined();
    expect(why).toMatch(/not installed.*apt-get install bubblewrap/);
  });

  test.each([
    ["cannot make namespaces", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1", /No permissions/],
    ["does nothing", "exit 0", /without doing anything/],
    ["hangs", "exec sleep 60", /within 2 seconds/],
    ["puts up no wall", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"', /it closes nothing/],
  ])("is not put up by auto where bubblewrap %s: that is found out by trying", async (_what, script, why) => {
    using around = aPlace();
    const bubblewrap = around.bubblewrap(script);
    const wall = await raiseWall("auto", around.place, () => Promise.resolve(bubblewrap));
    expect(wall.agents).toBeUndefined();
    expect(wall.why).toMatch(why);
    expect(existsSync(join(around.place.deckHome, "wall", "run-1"))).toBe(false);
  });

  test("is not put up by auto where its place on the disk cannot be used", async () => {
    using around = aPlace();
    writeFileSync(join(around.place.deckHome, "wall"), "in the way");
    const { agents, why } = await raiseWall("auto", around.place);
    expect([agents, why]).toEqual([undefined, expect.stringMatching(/cannot be put|not installed/)]);
  });

  test("that is asked for and cannot be put up is a fault with a next step", async () => {
    using around = aPlace();
    const raising = raiseWall("on", around.place, () => Promise.resolve(undefined));
    const fault: unknown = await raising.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({
      kind: "setup",
      code: "wall.impossible",
      hint: expect.stringMatching(/--sandbox off/),
    });
  });

  test("that is off leaves a run as it was, and the record says so", async () => {
    await using kit = await openTestDeck({ settings: { sandbox: "off" } });
    await kit.runTasks(["Say something."]);
    expect((await kit.deck.snapshot())?.sandbox).toEqual({ mode: "none", why: expect.stringMatching(/turned off/) });
  });
});

describe("what stays writable behind the wall", () => {
  const writable = (place: Parameters<typeof raiseWall>[1]): string[] =>
    layoutOf({ ...place, cacheFolder: join(place.deckHome, "cache"), user: 0 }).agent.flatMap((step) =>
      step.do === "write" ? [step.path] : [],
    );

  test("is the workspace, the run folder, downloads, /tmp and the agent's own state", () => {
    using around = aPlace();
    const { workspace, runFolder, agentState, deckHome } = around.place;
    expect(writable(around.place).toSorted()).toEqual(
      ["/tmp", workspace, runFolder, join(deckHome, "cache"), agentState].toSorted(),
    );
  });

  test("is not where a link leads that a construct has put in the place of the run folder", () => {
    using around = aPlace();
    rmSync(around.place.runFolder, { recursive: true });
    symlinkSync("/etc", around.place.runFolder);
    expect(writable(around.place)).not.toContain("/etc");
  });

  test("is the git folder of the larger repository of which the workspace is a part", () => {
    using around = aPlace();
    mkdirSync(join(around.folder, ".git"));
    expect(gitFoldersOutside(around.place.workspace)).toEqual([join(around.folder, ".git")]);
  });

  test("is the git folder behind a work tree, if that says that it is its own", () => {
    using around = aPlace();
    const own = join(around.folder, "main", ".git", "worktrees", "one");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(around.place.workspace, ".git"), `gitdir: ${own}\n`);
    writeFileSync(join(own, "commondir"), "../..\n");
    expect(gitFoldersOutside(around.place.workspace)).toEqual([]);
    writeFileSync(join(own, "gitdir"), `${around.place.workspace}/.git\n`);
    expect(gitFoldersOutside(around.place.workspace)).toEqual([join(around.folder, "main", ".git")]);
  });

  test.each([
    ["a file that names any folder", (git: string) => writeFileSync(git, "gitdir: /etc\n")],
    ["a link to any folder", (git: string) => symlinkSync("/etc", git)],
    ["a file that names nothing", (git: string) => writeFileSync(git, "nonsense")],
  ])("is nothing more because a construct made .git %s", (_what, make) => {
    using around = aPlace();
    make(join(around.place.workspace, ".git"));
    expect(gitFoldersOutside(around.place.workspace)).toEqual([]);
  });

  test("is nothing more because a forged repository in the workspace claims another folder as its own", () => {
    using around = aPlace();
    const forged = join(around.place.workspace, "forged");
    mkdirSync(forged);
    writeFileSync(join(forged, "commondir"), "/etc\n");
    writeFileSync(join(forged, "gitdir"), `${around.place.workspace}/.git\n`);
    writeFileSync(join(around.place.workspace, ".git"), `gitdir: ${forged}\n`);
    expect(gitFoldersOutside(around.place.workspace)).toEqual([]);
  });
});

test("what the wall hides is what the brake calls a secret", () => {
  const home = "/home/somebody";
  const context = {
    tier: "default",
    workspace: "/home/somebody/workspace",
    runFolder: "/home/somebody/workspace/.cyberdeck/runs/run-1",
    deckHome: "/home/somebody/workspace/.cyberdeck",
    home,
    cwd: "/home/somebody/workspace",
    realPath: (path: string) => path,
  } as const;
  const unknown = secretPlaces(home).filter(
    (path) => !isSecret(path, context) && !isSecret(join(path, "some-key"), context),
  );
  expect(unknown).toEqual([]);
});
