import { describe, expect, test } from "vitest";
import { copying } from "../../../../src/faces/cockpit/copying.ts";
import { clipboardSequence, mostForTerminal } from "../../../../src/faces/cockpit/screen/clipboard.ts";

const decoded = (sequence: string | undefined): string =>
  Buffer.from(/52;c;([A-Za-z0-9+/=]*)/.exec(sequence ?? "")?.[1] ?? "", "base64").toString();

describe("a text for the terminal's clipboard", () => {
  test("is sent so that nothing in it acts", () => {
    const text = "数える 🙂 \u001b]0;x\u0007 \u0000";
    const sequence = clipboardSequence(text, false);
    expect(decoded(sequence)).toBe(text);
    expect(sequence?.slice(2, -1)).not.toMatch(/\p{Cc}/u);
  });

  test("is sent to the terminal around tmux as well", () => {
    const sequence = clipboardSequence("x", true) ?? "";
    expect(sequence).toContain("\u001bPtmux;\u001b\u001b]52;c;eA==\u0007\u001b\\");
  });

  test("is not sent when it is longer than terminals take", () => {
    expect(clipboardSequence("x".repeat(mostForTerminal), false)).toBeDefined();
    expect(clipboardSequence("x".repeat(mostForTerminal + 1), false)).toBeUndefined();
    expect(clipboardSequence("é".repeat(mostForTerminal - 1), false)).toBeUndefined();
  });
});

describe("copying", () => {
  const long = "x".repeat(mostForTerminal + 1);
  const by = async (copy: "both" | "terminal" | "machine", text: string, problem?: string) => {
    const [sent, given]: [string[], string[]] = [[], []];
    const machine = {
      copy: (one: string) => {
        given.push(one);
        return Promise.resolve(problem);
      },
    };
    const told = await copying({ copy }, (sequence) => void sent.push(sequence), machine, {})(text);
    return { told, sent: sent.map(decoded), given };
  };

  test("is done by the terminal and by the machine", async () => {
    expect(await by("both", "x")).toEqual({ told: undefined, sent: ["x"], given: ["x"] });
  });

  test("is done by one of them alone where that is set", async () => {
    expect(await by("terminal", "x")).toEqual({ told: undefined, sent: ["x"], given: [] });
    expect(await by("machine", "x")).toEqual({ told: undefined, sent: [], given: ["x"] });
  });

  test("is done by the terminal where the machine has no program for it", async () => {
    expect(await by("both", "x", "no program")).toMatchObject({ told: undefined, sent: ["x"] });
    expect((await by("machine", "x", "no program")).told).toBe("no program");
  });

  test("is told not to be done where the text is too long for the one that could", async () => {
    expect((await by("both", long)).told).toBeUndefined();
    expect((await by("terminal", long)).told).toBe("not copied: terminals take 74994 bytes at most, this has 74995");
    expect((await by("both", long, "no program")).told).toContain("this has 74995; no program");
  });
});
