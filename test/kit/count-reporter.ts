import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends the output with the line `N passed, N failed`, which any CI can read. A test that has passed only when it was tried again is named
 * before that: something in it, or in what it tests, depends on time, and wants to be understood.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const unstable: string[] = [];
    for (const module of modules) {
      if (module.state() === "failed" && module.children.size === 0) failed += 1;
      for (const test of module.children.allTests()) {
        if (test.result().state === "passed") passed += 1;
        else failed += 1;
        if (test.diagnostic()?.flaky === true) unstable.push(`UNSTABLE ${module.moduleId}: ${test.fullName}\n`);
      }
    }
    process.on("exit", () => process.stdout.write(`${unstable.join("")}${passed} passed, ${failed} failed\n`));
  }
}
