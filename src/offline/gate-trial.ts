import { readTrial, trialText } from "../protocol/gate-trial.ts";
import type { Answerer } from "./reply.ts";
import { call, say } from "./reply.ts";

/** The model behind a trial of the gate: it tries what the trial says, itself and through a sub-agent, and is done. */
export const gateTrialModel: Answerer = (request) => {
  const trial = readTrial(request.firstUserText);
  if (trial === undefined) return say("This model only tries the gate.");
  const steps = [call("Bash", { command: trial.command, description: "Try the gate" })];
  const tool = ["Agent", "Task"].find((name) => request.tools.includes(name));
  if (trial.inner !== undefined && tool !== undefined) {
    const prompt = trialText(trial.inner);
    const input = { description: "Try the gate", prompt, subagent_type: "general-purpose", run_in_background: false };
    steps.push(call(tool, input));
  }
  return steps[request.messages.filter(({ role }) => role === "assistant").length] ?? say("The gate was tried.");
};
