import type { Hub, HubParts } from "./hub.ts";

/** Opens the way to the other machines of a fleet. The clients of NATS are loaded only here. */
export async function openHub(parts: HubParts): Promise<Hub> {
  const { openNatsHub } = await import("./nats/open.ts");
  return openNatsHub(parts);
}
