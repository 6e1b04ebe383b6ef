import { type GitTools, sealedEnvironment, usualTimeoutMs } from "./git-environment.ts";
import { type GitAnswer, type GitCall, runGit } from "./run-git.ts";

/** Runs a command of git in one repository, sealed off from its settings and everybody's. */
export type Git = (args: readonly string[], how?: GitHow) => Promise<GitAnswer>;

export type GitHow = Pick<GitCall, "input" | "sink" | "codes" | "mostBytes">;

export interface GitRepositoryPlace {
  gitFolder: string;
  cwd: string;
  workTree?: string | undefined;
  settings?: Record<string, string> | undefined;
}

export function sealedGit(tools: GitTools, { gitFolder, cwd, workTree, settings }: GitRepositoryPlace): Git {
  const { path, timeoutMs = usualTimeoutMs, signal } = tools;
  const env = {
    ...sealedEnvironment(path, settings),
    GIT_DIR: gitFolder,
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
  };
  return (args, how = {}) => runGit({ ...how, args, cwd, env, timeoutMs, signal });
}

/** The first line of what git says. */
export const lineOf = ({ out }: GitAnswer): string => out.toString("utf8").replace(/\n[^]*$/, "");
