import { lstatSync, readlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { errnoOf, Fault } from "../../base/fault.ts";

/** The most links that are followed on the way: as many as Linux follows. */
const mostLinks = 40;

/**
 * The `realPath` of the brake's context, on this machine's disk. It only looks, and remembers nothing: a link may have
 * been made a moment ago. What does not exist is appended to the real path of its nearest existing parent; a link whose
 * target does not exist is followed, because a write would create that target. Throws where the disk cannot be read.
 */
export function realPath(path: string): string {
  const steps = resolve(path).split("/").filter(Boolean).reverse();
  let at = "/";
  let links = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step === "..") {
      at = dirname(at);
      continue;
    }
    const target = look(join(at, step));
    // Nothing can lie below what is not there, so no link either.
    if (target === "missing") return join(at, step, ...steps.reverse());
    if (target === undefined) at = join(at, step);
    else {
      links += 1;
      if (links > mostLinks)
        throw new Fault("refused", "policy.links", `${path} goes through too many links`, {
          hint: "Use a direct path.",
        });
      if (target.to.startsWith("/")) at = "/";
      steps.push(
        ...target.to
          .split("/")
          .filter((part) => part !== "" && part !== ".")
          .reverse(),
      );
    }
  }
  return at;
}

function look(path: string): { to: string } | "missing" | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? { to: readlinkSync(path) } : undefined;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "missing";
    throw error;
  }
}
