import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { triage } from "../../src/policy/triage/triage.ts";
import { bundlesIn, crashesFolder, readBundle, writeCrash } from "../../src/store/crashes.ts";
import { openStore } from "../../src/store/event-log.ts";
import { homePaths } from "../../src/store/home.ts";
import { aCrash } from "../kit/crash.ts";
import { handClock } from "../kit/hand-clock.ts";

const asItIs = (text: string): string => text;

function place() {
  const home = mkdtempSync(join(tmpdir(), "crashes-"));
  return { home, [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }) };
}

describe("what a crash leaves", () => {
  test("has the last events, each short, and the end of the host's log; settings without the address", () => {
    using at = place();
    const store = openStore(at.home);
    store.append(
      Array.from({ length: 400 }, (_, index) => ({
        type: "deck.warned" as const,
        run: "run-1",
        source: "engine",
        body: { code: "x", message: index === 399 ? "long ".repeat(10_000) : `message ${index}` },
      })),
      { synced: false },
    );
    store.close();
    writeFileSync(homePaths(at.home).settings, '{ "budget_usd": 5, "my_email": "me@example.org" }');
    writeFileSync(join(at.home, "host.log"), `${"x".repeat(100_000)}the end`);
    const bundle = readBundle(writeCrash(at.home, aCrash(), asItIs));
    expect(bundle.files).toEqual(["crash.json", "events.ndjson", "host.log", "settings.json"]);
    expect(bundle.crash).toEqual(aCrash());
    expect(bundle.events.length).toBe(300);
    expect(bundle.events[0]).toMatchObject({ seq: 101, message: "message 100" });
    expect(bundle.events.at(-1)).toMatchObject({ seq: 400, type: "deck.warned" });
    expect(statSync(join(bundle.path, "events.ndjson")).size).toBeLessThan(100_000);
    const log = readFileSync(join(bundle.path, "host.log"), "utf8");
    expect([log.length, log.endsWith("the end")]).toEqual([64 * 1024, true]);
    expect(readFileSync(join(bundle.path, "settings.json"), "utf8")).toBe('{\n  "budget_usd": 5\n}\n');
  });

  test("tells whom an event is about that is too long to be kept whole", () => {
    using at = place();
    const store = openStore(at.home, handClock(0));
    const command = `claude --system-prompt "${"You are a construct. ".repeat(1000)}"`;
    const body = { construct: "cx-00000001", pid: 1, command, place: null };
    store.append([{ type: "construct.started", run: "run-1", source: "cx-00000001", body }], { synced: false });
    store.close();
    const bundle = readBundle(writeCrash(at.home, aCrash(), asItIs));
    expect(bundle.events).toMatchObject([
      {
        type: "construct.started",
        construct: "cx-00000001",
        shortened: expect.stringContaining("You are a construct"),
      },
    ]);
    expect(triage(bundle, "/opt/cyberdeck").under_way).toContain("cx-00000001: at work");
  });

  test("is what can be had, where the record, the settings or the whole home are broken or missing", () => {
    using at = place();
    writeFileSync(homePaths(at.home).database, "no database ".repeat(1000));
    writeFileSync(homePaths(at.home).settings, "{");
    const bundle = readBundle(writeCrash(at.home, aCrash(), asItIs));
    expect(bundle.files).toEqual(["crash.json"]);
    const elsewhere = join(at.home, "not/there/yet");
    expect(existsSync(join(writeCrash(elsewhere, aCrash(), asItIs), "crash.json"))).toBe(true);
  });

  test("has no secret in any of its files, and nobody else can read it", () => {
    using at = place();
    writeFileSync(join(at.home, "host.log"), "the secret");
    const path = writeCrash(at.home, aCrash({ version: "secret" }), (text) => text.replaceAll("secret", "[taken out]"));
    for (const name of readdirSync(path)) {
      expect(readFileSync(join(path, name), "utf8")).not.toContain("secret");
      expect(statSync(join(path, name)).mode & 0o077).toBe(0);
    }
  });

  test("is bounded in number: the newest ten are kept, and what is not a crash is left alone", () => {
    using at = place();
    mkdirSync(crashesFolder(at.home), { recursive: true });
    writeFileSync(join(crashesFolder(at.home), "notes.txt"), "mine");
    const paths = Array.from({ length: 13 }, (_, day) =>
      writeCrash(at.home, aCrash({ at: aCrash().at + day * 86_400_000 }), asItIs),
    );
    expect(bundlesIn(at.home).map((name) => join(crashesFolder(at.home), name))).toEqual(paths.slice(3).toReversed());
    expect(existsSync(join(crashesFolder(at.home), "notes.txt"))).toBe(true);
  });

  test("is bounded in size, however long the stack is", () => {
    using at = place();
    const stack = "at x\n".repeat(1_000_000);
    const thrown = [{ name: "Error", message: stack, code: null, hint: null, stack }];
    const path = writeCrash(at.home, aCrash({ thrown }), asItIs);
    expect(statSync(join(path, "crash.json")).size).toBeLessThan(100_000);
  });

  test("is a fault where nothing can be written, and where something else is read for it", () => {
    using at = place();
    writeFileSync(join(at.home, "file"), "");
    expect(() => writeCrash(join(at.home, "file"), aCrash(), asItIs)).toThrow(
      expect.objectContaining({ kind: "storage" }),
    );
    expect(() => readBundle(at.home)).toThrow(expect.objectContaining({ code: "crash.unknown" }));
    writeFileSync(join(at.home, "crash.json"), '{ "at": "yesterday" }');
    expect(() => readBundle(at.home)).toThrow(expect.objectContaining({ code: "crash.unreadable" }));
    expect(bundlesIn(join(at.home, "nowhere"))).toEqual([]);
  });
});
