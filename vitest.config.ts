import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/kit/count-reporter.ts";

// Vitest keeps a token in the user's data folder; a test run is to leave nothing in anybody's HOME.
process.env["XDG_DATA_HOME"] = join(import.meta.dirname, "node_modules", ".cache");
// Frames of screens are kept, and show times of the day.
process.env["TZ"] = "UTC";

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
