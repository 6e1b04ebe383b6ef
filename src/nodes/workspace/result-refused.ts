import { Fault } from "../../base/fault.ts";

/** Nothing of a result has been taken. */
export const refused = (why: string, hint = again): Fault =>
  new Fault("refused", "result.refused", `the result was not taken: ${why}`, { hint });

const again =
  "Nothing was changed here, and the result is kept. Have it packed again by the node, or look at it there.";
