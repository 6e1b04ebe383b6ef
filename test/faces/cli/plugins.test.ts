import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OpenDeck } from "../../../src/faces/cli/world.ts";
import { runCli } from "../../../src/faces/cli/run-cli.ts";
import { stand, type Stand } from "./test-world.ts";

interface Place extends Disposable {
  workspace: string;
  /** Runs `cyberdeck plugins` here; no deck is opened. */
  plugins(...words: string[]): Promise<{ code: number; world: Stand }>;
}

const noDeck = (): Promise<OpenDeck> => Promise.reject(new Error("no deck is needed for this"));

function place(files: Record<string, string>): Place {
  const workspace = mkdtempSync(join(tmpdir(), "plugins-"));
  for (const [name, text] of Object.entries(files)) {
    const path = join(workspace, ".cyberdeck", "plugins", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
  return {
    workspace,
    async plugins(...words) {
      const env = { PATH: "/usr/bin:/bin" };
      const world = stand(["plugins", ...words], noDeck, { env, cwd: workspace, homeDir: workspace });
      return { code: await runCli(world), world };
    },
    [Symbol.dispose]: () => rmSync(workspace, { recursive: true, force: true }),
  };
}

const own = {
  "mine/plugin.toml": 'name = "mine"\ndescription = "Mine."\nentry = "run.sh"\nusage = "WORDS"\n',
  "mine/run.sh": '#!/bin/sh\necho "got $#: $*"\necho trouble >&2\nexit 3\n',
};

describe("cyberdeck plugins", () => {
  test("lists what ships and what is the netrunner's own, and what is wrong with which line of which file", async () => {
    using here = place({
      ...own,
      "needy/plugin.toml":
        'name = "needy"\ndescription = "x"\nentry = "run.sh"\n[requires]\nbinaries = ["no-such-program"]\n',
      "needy/run.sh": "#!/bin/sh\n",
      "wrong/plugin.toml": 'name = "wrong"\ndescription = "x"\nentry = "../../../bin/sh"\n',
      "other/plugin.toml": 'name = "another"\ndescription = "x"\nentry = "x"\n',
    });
    const { code, world } = await here.plugins();
    expect(code).toBe(0);
    expect(world.out).toMatch(/codemap +command +shipped +yes +read/);
    expect(world.out).toMatch(/mine +command +home +yes +not told/);
    expect(world.out).toMatch(/needy +command +home +no: it needs no-such-program/);
    expect(world.out).toMatch(/wrong: .*wrong\/plugin\.toml, line 3: .*inside the plugin's own folder/);
    expect(world.out).toMatch(/wrong: .*other\/plugin\.toml, line 1: its folder is called "other"/);
    const lines = (await here.plugins("list", "--json")).world.out.trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { name: "codemap", unavailable: null },
      { name: "mine", effects: null, command: [join(here.workspace, ".cyberdeck/plugins/mine/run.sh")] },
      { name: "needy", unavailable: expect.stringContaining("no-such-program") },
      { refused: true, name: "other" },
      { refused: true, name: "wrong" },
    ]);
  });

  test("shows all of one, and says what there is when there is no such one", async () => {
    using here = place(own);
    expect((await here.plugins("show", "mine")).world.out).toMatch(/effects +not told, so its calls are held/);
    const { code, world } = await here.plugins("show", "mime");
    expect(code).toBe(2);
    expect(world.err).toContain("did you mean mine? there are: codemap, mine");
  });

  test("runs one for the netrunner, with its words, its outputs and its exit code", async () => {
    using here = place(own);
    const { code, world } = await here.plugins("run", "mine", "one", "--two", "-3");
    expect([code, world.out, world.err]).toEqual([3, "got 3: one --two -3\n", "trouble\n"]);
    expect((await here.plugins("run", "mine", "--", "--help")).world.out).toBe("got 1: --help\n");
  });

  test("does not run one that cannot be used, or that is a server of tools", async () => {
    using here = place({
      "away/plugin.toml": 'name = "away"\ndescription = "x"\nentry = "gone.sh"\n',
      "tools/plugin.toml": 'name = "tools"\nkind = "mcp"\ndescription = "x"\ncommand = "true"\n',
      "deck/plugin.toml": 'name = "deck"\nkind = "mcp"\ndescription = "x"\ncommand = "true"\n',
    });
    expect((await here.plugins("run", "away")).world.err).toContain("its entry gone.sh");
    expect((await here.plugins("run", "tools")).world.err).toContain("only an agent can call");
    expect((await here.plugins("run", "deck")).world.err).toContain("the deck's own tools bear this name");
  });
});
