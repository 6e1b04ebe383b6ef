import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { EventReader } from "../store/event-reader.ts";

export const noRun = ({ home }: Pick<EventReader, "home">, run: string): Fault =>
  new Fault("usage", "run.unknown", `There is no run ${oneLine(run, 100)} in ${home}.`, {
    hint: "List the runs with: cyberdeck runs",
  });
