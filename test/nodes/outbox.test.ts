import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openOutbox } from "../../src/nodes/node/outbox.ts";
import type { Saying } from "../../src/nodes/wire/letters.ts";

const to = { session: "cx-1", epoch: 1, boot: "b" };
const other = { ...to, epoch: 2 };
const said = (text: string): Saying => ({ type: "did", event: { type: "said", text } });
const letter = (n: number, where = to) => ({ to: where, n, body: said(`${n}`) });

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deck-outbox-"));
  path = join(folder, "outbox.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the outbox of a node", () => {
  test("has after a kill what was kept and not taken, in order, conversation by conversation", () => {
    const first = openOutbox(path);
    first.keep([letter(1), letter(2), letter(1, other), letter(3)]);
    first.taken(to, 1);
    // No close: as when the node is killed.
    const again = openOutbox(path);
    expect(again.conversations()).toEqual([
      { to, last: 3 },
      { to: other, last: 1 },
    ]);
    expect(again.left(to)).toEqual([
      { n: 2, body: said("2") },
      { n: 3, body: said("3") },
    ]);
    expect(again.left(to, 1).map(({ n }) => n)).toEqual([2]);
    expect(again.bytes).toBeGreaterThan(0);
    for (const box of [first, again]) box.close();
  });

  test("forgets only what its own conversation has taken", () => {
    using box = closing(openOutbox(path));
    box.keep([letter(1), letter(2), letter(1, other), letter(2, other)]);
    box.taken(other, 2);
    expect(box.left(other)).toEqual([]);
    expect(box.left(to).length).toBe(2);
    expect(box.forget(to)).toBe(2);
    expect(box.conversations()).toEqual([]);
    expect(box.bytes).toBe(0);
  });

  test("keeps all of what is said at once, or nothing: a number that is there already is a fault", () => {
    using box = closing(openOutbox(path));
    box.keep([letter(1)]);
    expect(() => box.keep([letter(2), letter(1)])).toThrow("could not write to the outbox");
    expect(box.left(to).map(({ n }) => n)).toEqual([1]);
    box.keep([letter(2)]);
    expect(box.left(to).map(({ n }) => n)).toEqual([1, 2]);
  });

  test("is tried out without a trace, and says so when nothing can be kept", () => {
    using box = closing(openOutbox(path));
    box.keep([letter(1)]);
    box.tryOut();
    expect(box.conversations()).toEqual([{ to, last: 1 }]);
    using disk = closing(new DatabaseSync(path));
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON letters BEGIN SELECT RAISE(ABORT, 'it is full'); END");
    expect(() => box.tryOut()).toThrow(expect.objectContaining({ kind: "storage" }));
    disk.exec("DROP TRIGGER full");
    box.tryOut();
    expect(box.conversations()).toEqual([{ to, last: 1 }]);
  });

  test("is for its owner alone, and says so where the file is none", () => {
    openOutbox(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const broken = join(folder, "broken.db");
    writeFileSync(broken, "this is no database, but it is long enough to be taken for one".repeat(100));
    expect(() => openOutbox(broken)).toThrow(expect.objectContaining({ kind: "storage" }));
  });
});

function closing<T extends { close(): void }>(box: T): T & Disposable {
  return Object.assign(box, { [Symbol.dispose]: () => box.close() });
}
