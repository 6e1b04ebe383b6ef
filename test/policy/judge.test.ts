import { describe, expect, it } from "vitest";
import type { Tier } from "../../src/protocol/verdict.ts";
import { judge } from "../../src/policy/judge.ts";
import { call, garden, inTier, line, notDecided } from "./calls.ts";
import { allowed, denied, deniedInParanoid } from "./cases.ts";

describe("a shell line in the default tier", () => {
  for (const [rule, lines] of Object.entries(denied))
    it(`knows a rule: ${rule}`, () => {
      expect(notDecided("deny", lines)).toEqual([]);
    });

  for (const [work, lines] of Object.entries(allowed))
    it(`may be everyday work: ${work}`, () => {
      expect(notDecided("allow", lines)).toEqual([]);
    });

  it("is refused with the reasons of all its parts, so that one answer is enough to correct it", () => {
    const verdict = line("sudo ls; curl https://example.com; rm -rf /");
    expect(verdict.reason).toMatch(/sudo.*curl.*write|sudo.*curl.*outside/s);
  });

  it("is refused when it is longer than 64 KB, or names more than can be looked up quickly", () => {
    expect(line(`echo ${"a".repeat(70_000)}`)).toMatchObject({ decision: "deny", rule: "shell.length" });
    expect(line(`cat ${"./a ".repeat(10_000)}`)).toMatchObject({ decision: "deny", rule: "shell.length" });
  });

  it("is refused when its loops and cd would have to be followed too far", () => {
    const nested = `${"for i in 1; do ".repeat(40)}cd a; ls${"; done".repeat(40)}`;
    expect(line(nested).decision).toBe("deny");
    expect(line("cd a; cd b; ".repeat(300)).decision).toBe("deny");
    expect(line("while true; do cd ..; ls; done")).toMatchObject({ rule: "shell.folder" });
  });

  it("is refused when control characters could show the netrunner another line than the one that runs", () => {
    expect(line("ls \u001b[2K")).toMatchObject({ decision: "deny", rule: "shell.characters" });
    expect(line("ls\0")).toMatchObject({ decision: "deny" });
  });

  it("judges relative paths where the construct stands", () => {
    const inside = { ...garden, cwd: `${garden.workspace}/packages/ui` };
    expect(notDecided("allow", ["rm -rf dist ../api/dist", "cp ../../LICENSE ."], inside)).toEqual([]);
    expect(notDecided("deny", ["rm -rf ../..", "rm -rf ../../.git", "rm -rf ../../../sibling"], inside)).toEqual([]);
  });
});

describe("a shell line in the paranoid tier", () => {
  it("may not be anything that the default tier refuses", () => {
    expect(notDecided("deny", Object.values(denied).flat(), inTier("paranoid"))).toEqual([]);
  });

  it("may not write, run the project's code or change the repository", () => {
    expect(notDecided("allow", deniedInParanoid)).toEqual([]);
    expect(notDecided("deny", deniedInParanoid, inTier("paranoid"))).toEqual([]);
  });

  it("may read", () => {
    const lines = [...(allowed["looking around"] ?? []), "git log -3 | head", "git diff HEAD"];
    expect(notDecided("allow", lines, inTier("paranoid"))).toEqual([]);
  });
});

describe("a verdict", () => {
  it("of the yolo tier is always an allow, and says that it is yolo's", () => {
    expect(line("sudo rm -rf /", inTier("yolo"))).toMatchObject({ decision: "allow", rule: "tier.yolo" });
    expect(judge(call("Anything", null), inTier("yolo"))).toMatchObject({ decision: "allow" });
  });

  it("is a deny in a tier that nobody knows", () => {
    expect(line("ls", inTier("relaxed" as Tier))).toMatchObject({ decision: "deny", rule: "tier.unknown" });
  });

  it("is a deny when the disk cannot be looked at", () => {
    const broken = {
      ...garden,
      realPath: () => {
        throw new Error("EIO: the disk is gone");
      },
    };
    expect(line("cat README.md", broken)).toMatchObject({ decision: "deny", rule: "brake.failed" });
    expect(judge(call("Read", { file_path: "/a" }), broken)).toMatchObject({ decision: "deny" });
  });

  it("is a deny for input of any other form than the tool's", () => {
    for (const input of [undefined, null, 7, "ls", [], {}, { command: 7 }, { command: ["ls"] }, { command: null }])
      expect(judge(call("Bash", input), garden)).toMatchObject({ decision: "deny", rule: "tool.input" });
  });

  it("shows nothing that a terminal would act on", () => {
    const { reason } = judge(call("Tool\u001b[31m\u202e", {}), garden);
    expect(reason).toMatch(/^The tool Tool is not/);
  });
});
