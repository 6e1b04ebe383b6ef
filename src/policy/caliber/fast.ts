import type { Model } from "../../protocol/models.ts";
import { resolveModel } from "./resolve.ts";

/** Why a model cannot run in the provider's fast mode, as far as is known; undefined when it can. */
export function noFastMode(models: readonly Model[], name: string): string | undefined {
  const found = resolveModel(models, name);
  if (!found.ok || found.model === undefined)
    return `the agent does not list ${name}, so it is not known to have a fast mode`;
  if (found.model.fast === null) return `it is not known whether ${name} has a fast mode`;
  return found.model.fast ? undefined : `${name} has no fast mode`;
}
