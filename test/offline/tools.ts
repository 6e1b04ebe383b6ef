// The agent's Bash, Read and Write, as far as the worker uses them, with the limits that were seen on the real agent.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

export interface ToolBox {
  commands: string[];
  run(tool: string, input: unknown): { text: string; failed: boolean };
}

const outputLimit = 30_000;

export function toolBox(workspace: string, deny: (tool: string, input: unknown) => string | undefined): ToolBox {
  const commands: string[] = [];
  const read = new Set<string>();
  const tools: Record<string, (input: unknown) => { text: string; failed: boolean }> = {
    Bash(input) {
      const { command } = z.object({ command: z.string() }).parse(input);
      commands.push(command);
      const env = { PATH: process.env["PATH"], LANG: "C.UTF-8" };
      const ran = spawnSync("bash", ["--norc", "--noprofile", "-c", command], {
        cwd: workspace,
        env,
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const text = `${ran.stdout.toString()}${ran.stderr.toString()}`.trimEnd();
      if (ran.status !== 0) return { text: `Exit code ${ran.status}\n${text}`, failed: true };
      if (text.length > outputLimit)
        return { text: `<persisted-output>\nOutput too large\n${text.slice(0, 2000)}`, failed: false };
      return { text: text === "" ? "(Bash completed with no output)" : text, failed: false };
    },
    Read(input) {
      const path = z.object({ file_path: z.string() }).parse(input).file_path;
      if (!existsSync(path)) return { text: "File does not exist.", failed: true };
      const text = readFileSync(path, "utf8");
      if (text.length > 256 * 1024) return { text: "File content exceeds maximum allowed size", failed: true };
      read.add(path);
      const rows = text.split("\n").map((line, index) => `${index + 1}\t${line}`);
      return { text: text === "" ? "<system-reminder>empty</system-reminder>" : rows.join("\n"), failed: false };
    },
    Write(input) {
      const { file_path: path, content } = z.object({ file_path: z.string(), content: z.string() }).parse(input);
      if (existsSync(path) && !read.has(path))
        return { text: "File has not been read yet. Read it first before writing to it.", failed: true };
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      read.add(path);
      return { text: `File created successfully at: ${path}`, failed: false };
    },
  };
  return {
    commands,
    run(tool, input) {
      const reason = deny(tool, input);
      if (reason !== undefined) return { text: reason, failed: true };
      const act = tools[tool];
      return act === undefined ? { text: `No such tool: ${tool}`, failed: true } : act(input);
    },
  };
}
