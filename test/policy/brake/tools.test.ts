import { describe, expect, it } from "vitest";
import { garden, inTier, judgeCall } from "./calls.ts";

const decide = (tool: string, input: unknown, context = garden): string => judgeCall(tool, input, context).verdict;

const writers: [tool: string, field: string][] = [
  ["Write", "file_path"],
  ["Edit", "file_path"],
  ["MultiEdit", "file_path"],
  ["NotebookEdit", "notebook_path"],
];

describe("tools that write", () => {
  const forbidden = [
    "/etc/hosts",
    "/home/mira/.bashrc",
    "~/.bashrc",
    "/home/mira/work/garden",
    "/home/mira/work/gardens/a.md",
    "/home/mira/work/garden/a/../../../.vimrc",
    "/home/mira/work/garden/.git/hooks/pre-commit",
    "/home/mira/work/garden/.Git/config",
    "/home/mira/work/garden/.claude/settings.json",
    "/home/mira/work/garden/.claude/settings.local.json",
    "/home/mira/work/garden/.cyberdeck/tier",
    "/home/mira/work/garden/.cyberdeck/runs/run-2/report.md",
    "/home/mira/work/garden/.cyberdeck/runs/run-1",
    "/home/mira/work/garden/.cyberdeck/runs/run-1/report.md",
    "/home/mira/work/garden/.cyberdeck/runs/run-1/events.ndjson",
    "/home/mira/work/garden/.cyberdeck/runs/run-1/transcripts/cx-00000001.ndjson",
    "/proc/self/mem",
    "/dev/sda",
    "../sibling/a",
    "a\0b",
    "",
    "/tmp",
    "-rf",
  ];
  const open = [
    "/home/mira/work/garden/src/a.ts",
    "src/a.ts",
    "/home/mira/work/garden/.cyberdeck/runs/run-1/findings.md",
    "/tmp/draft.md",
    "/home/mira/work/garden/.github/workflows/ci.yml",
    "/home/mira/work/garden/.gitignore",
    "/home/mira/work/garden/.claude/commands/x.md",
    "/home/mira/work/garden/src/../README.md",
  ];

  it.each(writers)("%s keeps to the workspace, the run folder and /tmp", (tool, field) => {
    expect(forbidden.filter((path) => decide(tool, { [field]: path }) === "allow")).toEqual([]);
    expect(open.filter((path) => decide(tool, { [field]: path }) === "deny")).toEqual([]);
  });

  it.each(writers)("%s is refused in the paranoid tier", (tool, field) => {
    expect(open.filter((path) => decide(tool, { [field]: path }, inTier("paranoid")) === "allow")).toEqual([]);
  });

  it("do not touch the startup files of a home that lies in the workspace", () => {
    const atHome = { ...garden, workspace: "/home/mira", cwd: "/home/mira", deckHome: "/home/mira/.cyberdeck" };
    expect(decide("Write", { file_path: "/home/mira/.bashrc" }, atHome)).toBe("deny");
    expect(decide("Write", { file_path: "/home/mira/.ssh/authorized_keys" }, atHome)).toBe("deny");
    expect(decide("Write", { file_path: "/home/mira/notes.md" }, atHome)).toBe("allow");
  });
});

describe("tools that read", () => {
  it("read any file that is no secret", () => {
    for (const path of ["/etc/hostname", "/usr/share/doc/bash/README", "src/a.ts", "/home/mira/.ssh/config"])
      expect(decide("Read", { file_path: path })).toBe("allow");
    expect(decide("Grep", { pattern: "sudo", path: garden.workspace }, inTier("paranoid"))).toBe("allow");
    expect(decide("Grep", { pattern: "x" })).toBe("allow");
    expect(decide("Glob", { pattern: "**/*.ts" })).toBe("allow");
  });

  it("do not read keys, credentials or what belongs to the deck", () => {
    const secrets = [
      "/home/mira/.ssh/id_ed25519",
      "~/.ssh/id_rsa",
      "/root/.ssh/id_rsa",
      "/home/mira/.aws/credentials",
      "/home/mira/.config/gcloud/credentials.db",
      "/home/mira/.NETRC",
      "/home/mira/.claude/.credentials.json",
      "/etc/shadow",
      "/proc/1/environ",
      "/proc/self/root/etc/shadow",
      ".env",
      "deploy/server.key",
      ".cyberdeck/token",
      "/dev/sda",
    ];
    expect(secrets.filter((path) => decide("Read", { file_path: path }) === "allow")).toEqual([]);
    expect(decide("Grep", { pattern: "x", path: "/home/mira" })).toBe("deny");
    expect(decide("Grep", { pattern: "x", path: "/" })).toBe("deny");
    expect(decide("Grep", { pattern: "x", glob: ".env" })).toBe("deny");
  });
});

describe("a fetch", () => {
  const fetch = (url: string): string => decide("WebFetch", { url, prompt: "sum up" });

  it("reaches public hosts", () => {
    for (const url of ["https://example.com/a?b=127.0.0.1", "http://93.184.216.34/", "https://docs.example.org:8443/x"])
      expect(fetch(url)).toBe("allow");
  });

  it("does not reach this machine, its network or a metadata service, in any spelling", () => {
    const inward = [
      "http://localhost/",
      "http://LOCALHOST:80/",
      "http://localhost./",
      "http://a.localhost/",
      "http://127.0.0.1/",
      "http://127.1/",
      "http://0/",
      "http://2130706433/",
      "http://0x7f000001/",
      "http://0177.0.0.1/",
      "http://0x7f.1/",
      "http://①②⑦.⓪.⓪.①/",
      "http://127.0.0.1./",
      "http://[::1]/",
      "http://[::]/",
      "http://[::ffff:127.0.0.1]/",
      "http://[::ffff:7f00:1]/",
      "http://[64:ff9b::7f00:1]/",
      "http://[fe80::1]/",
      "http://[fd00::1]/",
      "http://10.1.2.3/",
      "http://172.31.255.1/",
      "http://192.168.0.1/",
      "http://169.254.169.254/latest/meta-data/",
      "http://100.100.100.200/",
      "http://168.63.129.16/",
      "http://metadata.google.internal/",
      "http://metadata/",
      "http://router.lan/",
      "http://printer.local/",
      "http://127.0.0.1.nip.io/",
      "http://example.com@127.0.0.1/",
      "http://user:password@example.com/",
      "http://example.com\\@127.0.0.1/",
      "http://exa\nmple.com/",
      " http://example.com/",
    ];
    expect(inward.filter((url) => fetch(url) === "allow")).toEqual([]);
  });

  it("takes http and https only", () => {
    for (const url of [
      "file:///etc/passwd",
      "ftp://example.com/",
      "data:text/html,x",
      "javascript:1",
      "example.com",
      "",
    ])
      expect(fetch(url)).toBe("deny");
  });
});

describe("a tool that the brake does not know", () => {
  it.each(["PowerShellPlus", "mcp__pg__frobnicate", "mcp__", "toString", "__proto__", ""])(
    "%s is not allowed in the default and the paranoid tier",
    (tool) => {
      expect(decide(tool, {})).toBe("hold");
      expect(decide(tool, {}, inTier("paranoid"))).toBe("deny");
    },
  );

  it("is in the paranoid tier every one that does more than read", () => {
    for (const tool of ["Task", "Agent", "Skill", "KillBash", "mcp__pg__query"])
      expect(decide(tool, { sql: "select 1" }, inTier("paranoid"))).toBe("deny");
  });

  it("is refused too when it asks to leave the sandbox", () => {
    expect(decide("Bash", { command: "ls", dangerouslyDisableSandbox: true })).toBe("deny");
    expect(decide("Bash", { command: "ls", dangerouslyDisableSandbox: false })).toBe("allow");
  });
});
