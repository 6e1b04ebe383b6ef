import { isAbsolute, normalize } from "node:path";
import { z } from "zod";
import type { SessionSpec } from "../../drivers/agent.ts";
import { caliberSchema } from "../../protocol/caliber.ts";
import { nodeWireVersion } from "./letters.ts";
import { spaceSchema, type Space } from "./space.ts";

/** Of what an id may consist: it becomes part of paths, of names on the wire, and of command lines. */
const name = z.string().regex(/^\w[\w-]{0,99}$/);

const path = z
  .string()
  .max(4096)
  .refine((text) => isAbsolute(text) && normalize(text) === text && !text.includes("\0"), "no plain absolute path");

const whoseSchema = z.object({ session: name, epoch: z.int().positive() });

/**
 * What a node has to know to open a session of a worker. Environment, credentials, programs and what calls back stay where they are:
 * the node has its own.
 */
const openingSchema = z.strictObject({
  wire: z.literal(nodeWireVersion),
  ...whoseSchema.shape,
  run: z.strictObject({ id: name, folder: path }),
  /** On the host: what is said of the workspace bears this path, wherever it is on the node. */
  cwd: path,
  /** The copy of the workspace in which it works; null: at the same path, which both share. */
  space: spaceSchema.nullable(),
  caliber: z.strictObject({
    model: caliberSchema.shape.model.regex(/^[^-\p{C}\s][^\p{C}\s]{0,199}$/u),
    effort: caliberSchema.shape.effort,
  }),
  fast: z.boolean(),
  isSpare: z.boolean(),
  /** The agent's own id of the session that it goes on in; null: a new one. */
  resume: name.nullable(),
  /** Only behind a wall; where there is none, it is not opened. */
  wall: z.boolean(),
});
export type Opening = z.infer<typeof openingSchema>;

/** Why a session has to be opened on the host; undefined: it may be opened on a node. */
export function staysHere(spec: SessionSpec): string | undefined {
  if (spec.role.kind !== "worker") return "it coordinates";
  if (spec.role.subagents === true) return "it is a trial of the gate";
  if ((spec.servers ?? []).length > 0) return "it has tools of plugins, which are on the host";
  return spec.run === undefined ? "it works for no run" : undefined;
}

/** What of a spec crosses. Throws a fault of the schema's where it has something that must not. */
export const openingOf = (spec: SessionSpec, epoch: number, space: Space | null = null): Opening =>
  openingSchema.parse({
    wire: nodeWireVersion,
    session: spec.id,
    epoch,
    run: spec.run,
    cwd: spec.cwd,
    space,
    caliber: { model: spec.caliber.model, effort: spec.caliber.effort },
    fast: spec.fast ?? false,
    isSpare: spec.isSpare ?? false,
    resume: spec.resume ?? null,
    wall: spec.wall !== undefined,
  });

/** An opening as a node reads it, or why it cannot; `whose`: who has to be told so. */
export type ReadOpening =
  | { isGood: true; opening: Opening }
  | { isGood: false; why: string; whose: z.infer<typeof whoseSchema> | undefined };

/** Reads what claims to be an opening. A host may be newer, or somebody else. */
export function readOpening(raw: unknown): ReadOpening {
  const read = openingSchema.safeParse(raw);
  if (read.success) return { isGood: true, opening: read.data };
  const whose = whoseSchema.safeParse(raw).data;
  const wire = z.object({ wire: z.number() }).safeParse(raw).data?.wire;
  if (wire !== undefined && wire !== nodeWireVersion)
    return {
      isGood: false,
      whose,
      why: `the host speaks version ${wire} and this node version ${nodeWireVersion}; run the same cyberdeck on both`,
    };
  const [issue] = read.error.issues;
  const where = issue?.path.join(".") ?? "";
  return {
    isGood: false,
    whose,
    why: `the opening is not one that this node knows (${where === "" ? "" : `${where}: `}${issue?.message ?? "it is wrong"}); run the same cyberdeck on both`,
  };
}
