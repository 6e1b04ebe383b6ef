import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/kit/count-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Tests start real agent processes: more workers than cores would only make them wait for each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new CountReporter()],
  },
});
