import type { SpawnSpec } from "./construct/outcome-of.ts";

interface Place extends Pick<SpawnSpec, "id" | "origin" | "parent"> {
  state?: string;
}

/** Who goes on in the place of one that was redirected: whoever waits for it, waits for that one. */
export function heirOf(id: string, everyone: readonly Place[]): string {
  if (!everyone.some((one) => one.id === id && one.state === "redirected")) return id;
  const heir = everyone.find(({ origin, parent }) => origin === "redirect" && parent === id);
  return heir === undefined ? id : heirOf(heir.id, everyone);
}
