import { describe, expect, test } from "vitest";
import { shellCalls, type ShellCalls } from "../../../src/engine/plugins/shell-calls.ts";

const bash = (shells: ShellCalls, id: string, command: unknown = "make", more: object = {}): void =>
  shells.allowed({ id, tool: "Bash", input: { command, ...more } });

const returned = (shells: ShellCalls, id: string, text = ""): void =>
  shells.see({ type: "tool.returned", id, failed: false, text });

/** What is known while a second call runs, after this one. */
function after(command: unknown, more: object = {}, text = ""): string | null {
  const shells = shellCalls();
  bash(shells, "one", command, more);
  returned(shells, "one", text);
  bash(shells, "two");
  return shells.sole;
}

describe("the shell call that speaks to the bridge", () => {
  test("is known while it is the only one, and not before or after", () => {
    const shells = shellCalls();
    expect(shells.sole).toBeNull();
    bash(shells, "one");
    expect(shells.sole).toBe("one");
    returned(shells, "another");
    expect(shells.sole).toBe("one");
    returned(shells, "one");
    expect(shells.sole).toBeNull();
  });

  test("is not guessed among several at once", () => {
    const shells = shellCalls();
    bash(shells, "one");
    bash(shells, "two");
    expect(shells.sole).toBeNull();
    returned(shells, "one");
    expect(shells.sole).toBe("two");
  });

  test("is no call of another tool", () => {
    const shells = shellCalls();
    shells.allowed({ id: "one", tool: "Read", input: { file_path: "x" } });
    expect(shells.sole).toBeNull();
  });

  test.each([["make 2>&1 && make test"], ["make &> log || cat log"], ["cat < in | tee out >&2"], ["echo a; echo b"]])(
    "is known behind one that leaves nothing: %s",
    (command) => {
      expect(after(command)).toBe("two");
    },
  );

  test.each([
    ["server & sleep 1"],
    ["server &"],
    ["(server&)"],
    ["server 2>&1 &"],
    ["nohup server"],
    ["setsid -f server"],
    ["tmux new -d server"],
    ["coproc server"],
    [7],
  ])("is not known any more behind one that may have left something: %s", (command) => {
    expect(after(command)).toBeNull();
  });

  test("is not known any more behind one that was started in the background, or let go on there", () => {
    expect(after("server", { run_in_background: true })).toBeNull();
    expect(after("server", {}, "Command running in background with ID: b1")).toBeNull();
    expect(after("make", { run_in_background: false }, "done")).toBe("two");
  });

  test("is not known in a session in which another construct has worked", () => {
    const shells = shellCalls();
    shells.inherited();
    bash(shells, "one");
    expect(shells.sole).toBeNull();
  });
});
