import type { Model } from "../../../src/protocol/models.ts";
import { efforts } from "../../../src/protocol/caliber.ts";

const row = (value: string, version: string, parts: Partial<Model> = {}): Model => ({
  value,
  resolved: `claude-${value}-${version}`,
  display: value,
  description: `${value}, for tests`,
  efforts: [...efforts],
  fast: false,
  price: null,
  ...parts,
});

/** A catalogue as an agent might list it. */
export const someModels: Model[] = [
  row("default", "5-5", { resolved: "claude-opus-5-5", fast: true, price: { input: 4, output: 20, long: null } }),
  row("opus", "5-5", { fast: true, price: { input: 4, output: 20, long: null } }),
  row("sonnet", "5-5", { efforts: ["low", "medium", "high"], price: { input: 2, output: 10, long: null } }),
  row("haiku", "5-5", {
    efforts: [],
    price: { input: 0.1, output: 0.5, long: { input: 0.5, output: 2.5, over: 100_000 } },
  }),
];
