import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openOutbox, type Outbox } from "../../../src/nodes/node/outbox.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

/** An outbox on disk, which is closed and gone after the test. */
export function temporaryOutbox(): Outbox {
  const outbox = openOutbox(join(temporaryFolder(), "outbox.db"));
  onTestFinished(() => outbox.close());
  return outbox;
}
