import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { packAndInstall, root, type Installed } from "./project.ts";

const manifestSchema = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

describe("the package that is published", () => {
  let deck: Installed;
  beforeAll(async () => {
    deck = await packAndInstall();
  }, 400_000);
  afterAll(() => deck.remove());

  const manifest = (): z.infer<typeof manifestSchema> =>
    manifestSchema.parse(JSON.parse(readFileSync(join(deck.package, "package.json"), "utf8")));
  const built = (): string[] => readdirSync(join(deck.package, "dist")).map((name) => join(deck.package, "dist", name));

  test("holds the program and its words, and no source, test, bench or setting of the project", () => {
    const files = execFileSync("tar", ["-tzf", deck.tarball], { encoding: "utf8" }).trim().split("\n");
    const tops = new Set(files.map((file) => file.replace(/^package\//, "").split("/")[0]));
    const wanted = [
      "CHANGELOG.md",
      "GLOSSARY.md",
      "LICENSE",
      "README.md",
      "THIRD-PARTY.md",
      "bin",
      "catalogue",
      "dist",
      "docs",
      "package.json",
    ];
    expect(tops).toEqual(new Set(wanted));
    expect(files.filter((file) => file.endsWith(".ts"))).toEqual([]);
    expect(statSync(deck.tarball).size).toBeLessThan(850_000);
  });

  test("names no folder of the machine on which it was built", () => {
    for (const file of [...built(), join(deck.package, "bin", "cyberdeck.cjs")]) {
      const text = readFileSync(file, "utf8");
      for (const path of [root, deck.folder]) expect(text.includes(path), `${file}: ${path}`).toBe(false);
    }
  });

  test("has JavaScript alone, which Node runs with its type stripping switched off", async () => {
    const off = ["--no-strip-types", join(deck.package, "dist", "cyberdeck.js"), "--version"];
    expect(await deck.run(process.execPath, off)).toMatchObject({ code: 0, stderr: "" });
    for (const file of built()) expect(file).toMatch(/\.js$/);
  });

  test("has programs that can be executed and say by themselves what runs them", () => {
    for (const path of new Set(Object.values(manifest().bin))) {
      const file = join(deck.package, path);
      expect(statSync(file).mode & 0o111).toBe(0o111);
      expect(readFileSync(file, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });

  test("imports nothing that it does not bring along", () => {
    const { dependencies } = manifest();
    const imports = built().flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(
        /^(?:import|export)\b[^;"']*["']([^."'][^"']*)["'];$|\bimport\("([^."'][^"']*)"\)/gm,
      ),
    ]);
    const packages = imports.map((match) => packageOf(match[1] ?? match[2] ?? "")).filter((name) => name !== undefined);
    expect(packages).toContain("@anthropic-ai/claude-agent-sdk");
    for (const name of packages) expect(Object.keys(dependencies)).toContain(name);
  });

  test("brings the licence of each package that is built into it", () => {
    const inside = built().flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^\/\/ (?:.*\/)?node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)].map(
        ([, name = ""]) => name,
      ),
    );
    const notices = readFileSync(join(deck.package, "THIRD-PARTY.md"), "utf8");
    expect(inside).toContain("zod");
    for (const name of new Set(inside))
      expect(notices).toContain(readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8").trim());
  });

  test.each(["cyberdeck", "deck"])("%s tells its version and its help", async (command) => {
    expect(await deck.run(command, ["--version"])).toMatchObject({ code: 0, stdout: `${manifest().version}\n` });
    const help = await deck.run(command, ["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("cyberdeck");
  });

  test("does not load the engine to tell its version", async () => {
    const watch = join(deck.folder, "watch-imports.cjs");
    writeFileSync(
      watch,
      `require("node:module").registerHooks({
        load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); },
      });`,
    );
    const program = join(deck.package, "dist", "cyberdeck.js");
    const { stderr } = await deck.run(process.execPath, ["--require", watch, program, "--version"]);
    expect(stderr).toContain("cyberdeck.js");
    expect(stderr).not.toMatch(/node_modules\/(?:zod|@anthropic-ai)\//);
  });

  test("does a real goal offline in an empty folder, and leaves HOME as it was", async () => {
    const workspace = join(deck.folder, "workspace");
    mkdirSync(join(workspace, "src"), { recursive: true });
    writeFileSync(join(workspace, "src", "cart.js"), "// TODO: round prices\n// TODO: tax\n");
    writeFileSync(join(workspace, "src", "login.js"), "// TODO: expire sessions\n");
    writeFileSync(join(workspace, "src", "index.js"), "start();\n");
    const before = readdirSync(join(deck.folder, "home"));
    const goal = "Count the TODO comments in every file of src and write a report";
    const { code, stdout } = await deck.run("cyberdeck", ["run", "--offline", goal], { cwd: workspace });
    expect(code).toBe(0);
    expect(stdout).toContain("3 lines");
    const [run = ""] = readdirSync(join(workspace, ".cyberdeck", "runs"));
    expect(readFileSync(join(workspace, ".cyberdeck", "runs", run, "report.md"), "utf8")).toContain(goal);
    expect(readdirSync(join(deck.folder, "home"))).toEqual(before);
    // The host that it was done in is left running, for the next one.
    const stopped = await deck.run("cyberdeck", ["host", "stop", "--json"], { cwd: workspace });
    expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([
      0,
      expect.objectContaining({ proven: true, gone: true }),
    ]);
  });

  test("brings its profiles along, and knows which one was meant", async () => {
    const workspace = join(deck.folder, "empty");
    mkdirSync(workspace);
    const listed = await deck.run("cyberdeck", ["profiles"], { cwd: workspace });
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    for (const name of ["code_reviewer", "default", "recon_specialist"])
      expect(listed.stdout).toMatch(new RegExp(`^${name} +\\w+ +shipped `, "m"));
    const wrong = await deck.run(
      "cyberdeck",
      ["spawn", "--embedded", "--offline", "--profile", "code_reviwer", "Look"],
      {
        cwd: workspace,
      },
    );
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain('there is no profile "code_reviwer"; did you mean code_reviewer?');
    expect(readdirSync(join(workspace, ".cyberdeck"))).not.toContain("runs");
  });

  test("brings the plugin that ships, for the netrunner and for constructs", async () => {
    const workspace = join(deck.folder, "plugin-workspace");
    mkdirSync(workspace);
    writeFileSync(join(workspace, "a.ts"), "1;\n");
    const { code, stdout } = await deck.run("cyberdeck", ["plugins", "run", "codemap"], { cwd: workspace });
    expect(code).toBe(0);
    expect(stdout).toContain("1 files");
    const bridge = join(deck.package, "dist", "plugin-call.js");
    const call = await deck.run(process.execPath, [bridge, join(workspace, "no.sock"), "codemap"], { cwd: workspace });
    expect(call.code).toBe(125);
    expect(call.stderr).toContain("the deck cannot be reached");
  });

  test("a Node that is too old, with no newer one near, is told how to get one", async () => {
    const old = join(deck.folder, "old-node.cjs");
    writeFileSync(old, `Object.defineProperty(process.versions, "node", { value: "20.20.2" });\n`);
    const launcher = join(deck.package, "bin", "cyberdeck.cjs");
    const { code, stdout, stderr } = await deck.run(process.execPath, ["--require", old, launcher, "--version"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("this is 20.20.2");
    expect(stderr).toMatch(/npm install -g node/);
  });
});

/** The package of an import; undefined for what comes with Node. */
function packageOf(specifier: string): string | undefined {
  if (specifier === "" || specifier.startsWith("node:")) return undefined;
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
