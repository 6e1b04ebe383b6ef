import type { HubProbe, ProbeParts } from "./probe.ts";

/** Comes to the hub for a look. The clients of NATS are loaded only here. */
export async function probeHub(parts: ProbeParts): Promise<HubProbe> {
  const { openNatsProbe } = await import("./nats/probe.ts");
  return openNatsProbe(parts);
}
