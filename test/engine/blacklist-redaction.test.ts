import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openBlacklist } from "../../src/engine/blacklist.ts";
import { redactor } from "../../src/store/redaction/redactor.ts";

test("forbidden work is saved without its secrets, and is recognised with and without them, also by a later deck", async () => {
  const home = mkdtempSync(join(tmpdir(), "blacklist-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const token = `ghp_${"aB3d".repeat(9)}`;
  const task = `Push the release branch to /srv/git/shop with the token ${token} and the word open-sesame-1`;
  const entry = { task, reason: `it has ${token}`, added_at: 1, construct: null };
  const redact = redactor(["open-sesame-1"]);
  const first = openBlacklist(home, redact);
  const { id } = await first.add(entry);
  expect(first.objection(task)?.entry.id).toBe(id);
  const file = readFileSync(join(home, "blacklist.json"), "utf8");
  expect(file).toContain("[redacted: github token]");
  expect(file).not.toContain(token);
  expect(file).not.toContain("open-sesame-1");
  const later = openBlacklist(home, redact);
  expect(later.objection(task)).toMatchObject({ rule: "blacklist", entry: { id } });
  const other = await later.add({ ...entry, task: "Delete /srv/shop", reason: "" });
  await later.remove(other.id);
  expect(readFileSync(join(home, "blacklist.json"), "utf8")).not.toContain(token);
});
