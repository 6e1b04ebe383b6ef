import { efforts } from "../../protocol/caliber.ts";
import type { ModelList, Model } from "../../protocol/models.ts";

/**
 * What holds while no agent has said which models there are: the aliases that every version of Claude Code knows. The agent
 * itself lowers an effort that a model lacks. Prices and fast mode are not known, so nothing is priced and nothing runs fast.
 */
export const fallbackModels: ModelList = {
  version: null,
  models: [
    modelOf("haiku", "the smallest: quick and cheap"),
    modelOf("sonnet", "for ordinary work"),
    modelOf("opus", "for the hardest work"),
  ],
};

function modelOf(value: string, description: string): Model {
  return { value, resolved: null, display: value, description, efforts: [...efforts], fast: null, price: null };
}
