import type { KV } from "@nats-io/kv";
import { z } from "zod";
import type { HubBounds } from "../bounds.ts";
import type { HubListeners } from "../hub.ts";
import type { Party } from "../subjects.ts";
import type { Connection } from "./connection.ts";

export interface RegistryParts<State> extends Pick<HubListeners, "onStrange" | "onTrouble"> {
  connection: Connection;
  bucket: KV;
  me: Party;
  bounds: HubBounds;
  schema: z.ZodType<State>;
}

/** What stands in an entry. */
export const entrySchema = z.object({ boot: z.string().min(1), state: z.unknown() });
