import { describe, expect, it } from "vitest";
import type { Tier } from "../../../src/protocol/verdict.ts";
import { tierRules } from "../../../src/policy/brake/tiers.ts";
import { garden, inTier, judgeCall, judgeLine, slippedThrough, wronglyBlocked } from "./calls.ts";
import { allowed, beyondReading, blocked } from "./cases.ts";

describe("a shell line in the default tier", () => {
  for (const [rule, lines] of Object.entries(blocked))
    it(`knows a rule: ${rule}`, () => {
      expect(slippedThrough(lines)).toEqual([]);
    });

  for (const [work, lines] of Object.entries(allowed))
    it(`may be everyday work: ${work}`, () => {
      expect(wronglyBlocked(lines)).toEqual([]);
    });

  it("is refused with the reasons of all its parts, so that one answer is enough to correct it", () => {
    const { reason } = judgeLine("sudo ls; mkfs /dev/sdb; rm -rf /");
    expect(reason).toMatch(/sudo.*mkfs.*delete \//s);
  });

  it("is not allowed when it is longer than 64 KB, or has more commands than can be judged quickly", () => {
    expect(slippedThrough([`echo ${"a".repeat(70_000)}`, "ls;".repeat(20_000)])).toEqual([]);
  });

  it("is not allowed when its loops and cd would have to be followed too far", () => {
    const nested = `${"for i in 1; do ".repeat(40)}cd a; ls${"; done".repeat(40)}`;
    expect(slippedThrough([nested, "cd a; cd b; ".repeat(300), "while true; do cd ..; ls; done"])).toEqual([]);
  });

  it("is not allowed when control characters could show the netrunner another line than the one that runs", () => {
    expect(slippedThrough(["ls \u001b[2K", "ls\0", "ls \u009b1m"])).toEqual([]);
  });

  it("judges relative paths where the construct stands", () => {
    const inside = { ...garden, cwd: `${garden.workspace}/packages/ui` };
    expect(wronglyBlocked(["rm -rf dist ../api/dist", "cp ../../LICENSE ."], inside)).toEqual([]);
    expect(slippedThrough(["rm -rf ../..", "rm -rf ../../.git", "rm -rf ../../../sibling"], inside)).toEqual([]);
  });
});

describe("a shell line in the paranoid tier", () => {
  const paranoid = inTier("paranoid");

  it("may not be anything that the default tier refuses", () => {
    expect(slippedThrough(Object.values(blocked).flat(), paranoid)).toEqual([]);
  });

  it("may not write, run the project's code, start an interpreter or change the repository", () => {
    expect(wronglyBlocked(beyondReading)).toEqual([]);
    expect(slippedThrough(beyondReading, paranoid)).toEqual([]);
  });

  it("may read", () => {
    expect(
      wronglyBlocked([...(allowed["looking around"] ?? []), "git log -3 | head", "git diff HEAD"], paranoid),
    ).toEqual([]);
  });
});

describe("a judgement", () => {
  it("of the yolo tier is always an allow, and says that it is yolo's", () => {
    expect(judgeLine("sudo rm -rf /", inTier("yolo"))).toMatchObject({ verdict: "allow", rule: "tier.yolo" });
    expect(judgeCall("Anything", null, inTier("yolo"))).toMatchObject({ verdict: "allow" });
  });

  it("is a deny in a tier that nobody knows", () => {
    expect(judgeLine("ls", inTier("relaxed" as Tier))).toMatchObject({ verdict: "deny", rule: "tier.unknown" });
  });

  it("is no allow when the disk cannot be looked at", () => {
    const broken = {
      ...garden,
      realPath: () => {
        throw new Error("EIO: the disk is gone");
      },
    };
    expect(judgeLine("cat README.md", broken)).toMatchObject({ verdict: "hold", rule: "effect.unknown" });
    expect(judgeCall("Read", { file_path: "/a" }, broken).verdict).toBe("hold");
  });

  it("is no allow for input of any other form than the tool's", () => {
    for (const input of [undefined, null, 7, "ls", [], {}, { command: 7 }, { command: ["ls"] }, { command: null }])
      expect(judgeCall("Bash", input)).toMatchObject({ verdict: "hold", rule: "effect.unknown" });
  });

  it("shows nothing that a terminal would act on", () => {
    const { reason } = judgeCall("Tool\u001b[31m\u202e", {});
    expect(reason).toMatch(/^This call would do something that cannot be judged: the tool Tool, which/);
  });

  it("tells with a hold that the netrunner has to agree, and names what would be allowed", () => {
    const { verdict, reason, alternative } = judgeLine("git push --force");
    expect([verdict, reason]).toEqual(["hold", expect.stringMatching(/netrunner has to agree/)]);
    expect(reason).toContain(alternative);
  });
});

describe("the tiers as data", () => {
  it("never allow what is unknown, save yolo", () => {
    for (const tier of ["paranoid", "default"] as const)
      expect(tierRules[tier].filter((rule) => rule.verdict === "allow" && rule.kinds.includes("unknown"))).toEqual([]);
  });
});
