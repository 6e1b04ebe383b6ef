import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runId, scriptedDeck, settings } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "catalogue-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

const ask = (argv: string[], env: Record<string, string> = {}) =>
  run(
    stand([...argv, "--workspace", folder], () => Promise.reject(new Error("no deck is needed")), {
      env: { XDG_CONFIG_HOME: join(folder, "config"), PATH: join(folder, "bin"), ...env },
    }),
  );

const profile = (name: string, text = ""): string => `name = "${name}"\ndescription = "Does ${name}."\n${text}`;

test("the profiles are listed with where they come from, the home's own first in rank", async () => {
  write("config/cyberdeck/profiles/mine.toml", profile("mine", 'tools = ["Read"]'));
  write(".cyberdeck/profiles/code_reviewer.toml", profile("code_reviewer"));
  const { code, out } = await ask(["profiles"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^code_reviewer +general +home +all +Does code_reviewer\.$/m);
  expect(out).toMatch(/^mine +general +user +Read +Does mine\.$/m);
  expect(out).toMatch(/^default +general +shipped +all /m);
  expect(out).toMatch(/^recon_specialist +research +shipped +Read, Glob/m);
});

test("a wrong file is named with its line, beside the good ones", async () => {
  write(".cyberdeck/profiles/odd.toml", profile("odd", 'tool = ["Read"]'));
  const { code, out } = await ask(["profiles", "list"]);
  expect(code).toBe(0);
  expect(out).toContain(`wrong: ${join(folder, ".cyberdeck/profiles/odd.toml")}, line 3: there is no key "tool"`);
  const lines = (await ask(["profiles", "--json"])).out
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ name: "default", place: "shipped" }));
  expect(lines).toContainEqual(expect.objectContaining({ refused: true, name: "odd", line: 3 }));
});

test("one profile is shown with all that it says, without what a terminal would act on", async () => {
  write(
    ".cyberdeck/profiles/mine.toml",
    profile(
      "mine",
      'construct_addendum = "be \\u001b[31mred"\ncontext = "project"\n[limits]\ntime = "10m"\nusd = 0.5\n',
    ),
  );
  const { out } = await ask(["profiles", "show", "mine"]);
  expect(out).toContain("limits    $0.50, 10m");
  expect(out).toContain("knows the project's CLAUDE.md");
  expect(out).toContain("Its constructs are told\n  be red");
});

test("a profile that there is not is a usage error with the one that was meant", async () => {
  const { code, err } = await ask(["profiles", "show", "code-reviewer"]);
  expect(code).toBe(2);
  expect(err).toContain('there is no profile "code-reviewer"');
  expect(err).toContain("did you mean code_reviewer?");
});

test("a profile whose file is wrong is not shown as if it were the shipped one", async () => {
  write(".cyberdeck/profiles/default.toml", "name = 3");
  const { code, err } = await ask(["profiles", "show", "default"]);
  expect(code).toBe(2);
  expect(err).toContain("default.toml, line 1");
});

test("the folders are named, the strongest first; a variable that is no absolute path does not count", async () => {
  const { out } = await ask(["profiles", "path"]);
  expect(out.split("\n").slice(0, 2)).toEqual([join(folder, ".cyberdeck"), join(folder, "config/cyberdeck")]);
  const relative = await ask(["profiles", "path"], { XDG_CONFIG_HOME: "config" });
  expect(relative.out.split("\n")[1]).toBe("/home/nobody/.config/cyberdeck");
});

test("tools are listed with whether they can be run now, and why not", async () => {
  write("bin/good", "#!/bin/sh\n");
  chmodSync(join(folder, "bin/good"), 0o755);
  write("bin/plain", "text");
  write(".cyberdeck/scripts/report.js", "text");
  const entry = (name: string, more = ""): string =>
    `[[tool]]\nname = "${name}"\nkind = "binary"\ndescription = "Does ${name}."\n${more}`;
  write(
    ".cyberdeck/tools.toml",
    [
      entry("good"),
      entry("plain"),
      entry("gone", 'path = "~/bin/gone"'),
      '[[tool]]\nname = "report"\nkind = "script"\npath = "scripts/report.js"\ncommand = "node report.js"\ndescription = "x"\n',
      entry("broken", 'kinds = "x"'),
    ].join("\n"),
  );
  const { out } = await ask(["tools"]);
  expect(out).toMatch(/^good +binary +home +yes +good +Does good\.$/m);
  expect(out).toMatch(/^plain +binary +home +no: there is no program plain on PATH/m);
  expect(out).toMatch(/^gone +binary +home +no: \/home\/nobody\/bin\/gone is not there/m);
  expect(out).toMatch(/^report +script +home +yes +node report\.js/m);
  expect(out).toMatch(/wrong: .*tools\.toml, line \d+: there is no key "kinds" in "tool"; did you mean "kind"\?/);
});

test("without a registry there is a word on where to put one", async () => {
  const { code, out } = await ask(["tools"]);
  expect([code, out]).toEqual([0, expect.stringContaining("tools.toml")]);
});

test("a run that is shown names the profile of each construct that has one of its own", async () => {
  const deck = scriptedDeck();
  const stage = deck.stage(runId);
  const place = { workspace: "/w", folder: `/w/.cyberdeck/runs/${runId}` };
  stage.emit("run.opened", { kind: "tasks", ...place, settings, deck: "0", command_line: [] });
  for (const id of ["cx-00000001", "cx-00000002"]) stage.queue(id, "look");
  stage.emit("profile.replaced", { construct: "cx-00000002", profile: "gone", by: "code_reviewer", reason: "gone" });
  const { out } = await run(stand(["show", "last"], deck));
  expect(out.match(/code_reviewer/g)).toHaveLength(1);
  expect(out).toMatch(/cx-00000002 · .* · code_reviewer/);
  const json: unknown = JSON.parse((await run(stand(["show", "last", "--json"], deck))).out);
  expect(json).toMatchObject({ constructs: [{ profile: "default" }, { profile: "code_reviewer" }] });
});
