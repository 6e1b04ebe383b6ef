/** What the entry point knows of the process: nothing below it reads these from the process itself. */
export interface Process {
  env: Record<string, string | undefined>;
  cwd: string;
  homeDir: string;
  version: string;
}
