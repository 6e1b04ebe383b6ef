import type { Model } from "../../protocol/models.ts";
import { nearest } from "../../base/nearest.ts";

export type Resolution =
  /** `name`: what the agent is given. `model`: its row of the catalogue; undefined when it is let through unlisted. */
  | { ok: true; name: string; model: Model | undefined }
  /** `meant`: the name that was probably meant. */
  | { ok: false; meant: string | undefined; known: string[] };

/**
 * What a name means to the agent, in this order:
 * 1. a name or a full name that the agent lists, in whatever case;
 * 2. `NAME[1m]`, such a name with the context of a million tokens: the row is that of the name, without its price;
 * 3. `NAME[X.Y]`, an earlier version of it: the full name `claude-NAME-X-Y`;
 * 4. a full name, `claude-…`, also with what a cloud puts around it: agents take older ones that they do not list.
 * The latter two are let through unlisted when no row has them. Anything else is refused.
 */
export function resolveModel(models: readonly Model[], name: string): Resolution {
  const wanted = name.trim().toLowerCase();
  const listed = rowOf(models, wanted);
  if (listed !== undefined) return { ok: true, name: canonical(listed, wanted), model: listed };
  const [, stem = "", tag = ""] = /^(.+)\[([^[\]]+)\]$/.exec(wanted) ?? [];
  const base = rowOf(models, stem);
  if (base !== undefined && tag === "1m")
    return { ok: true, name: `${canonical(base, stem)}[1m]`, model: { ...base, price: null } };
  const version = /^(\d{1,2})\.(\d{1,2})$/.exec(tag);
  if (base !== undefined && version !== null) {
    const full = `claude-${base.value}-${version[1]}-${version[2]}`;
    return { ok: true, name: full, model: rowOf(models, full) };
  }
  if (fullName.test(wanted)) return { ok: true, name: name.trim(), model: undefined };
  const known = models.map(({ value }) => value);
  return { ok: false, meant: nearest(wanted, known), known };
}

/** `claude-…`, with the prefix of a cloud's region or path, and the tag of the long context. */
const fullName = /^(?:[a-z0-9][a-z0-9.:/-]{0,200}[./])?claude-[a-z0-9][a-z0-9.:@-]{0,100}(?:\[1m\])?$/;

const rowOf = (models: readonly Model[], wanted: string): Model | undefined =>
  models.find(({ value }) => value.toLowerCase() === wanted) ??
  models.find(({ resolved, value }) => resolved?.toLowerCase() === wanted && value !== "default") ??
  models.find(({ resolved }) => resolved?.toLowerCase() === wanted);

/** A name as the agent spells it. */
const canonical = ({ value, resolved }: Model, wanted: string): string =>
  value.toLowerCase() === wanted ? value : (resolved ?? value);
