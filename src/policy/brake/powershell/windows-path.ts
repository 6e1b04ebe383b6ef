import type { BrakeContext } from "../context.ts";

/**
 * Whether a path of a PowerShell line lies in the workspace and may be changed: relative, or beginning with the workspace.
 * Names are compared without case, and a wildcard may stand in the last step.
 * @param itself whether the workspace itself counts, as it does for going there
 */
export function isInside(path: string, context: BrakeContext, itself = false): boolean {
  const text = path.replaceAll("\\", "/").toLowerCase();
  const root = context.workspace.replaceAll("\\", "/").toLowerCase();
  const local = text.startsWith(`${root}/`)
    ? text.slice(root.length + 1)
    : text === root
      ? "."
      : /^(?:[a-z]+:|\/|~|\$|%|hk)/.test(text)
        ? undefined
        : text;
  if (local === undefined || !/^[\w./ @+()*?-]*$/.test(local)) return false;
  const steps = local.split("/").filter((step) => step !== "." && step !== "");
  if (steps.length === 0) return itself;
  if (steps.some((step) => step === ".." || step === ".git" || step === ".claude")) return false;
  if (steps[0] === ".cyberdeck" && (steps[1] !== "runs" || steps.length < 4)) return false;
  const last = steps.at(-1) ?? "";
  const open = steps.slice(0, -1).join("/");
  if (/[*?]/.test(open)) return false;
  return !/[*?]/.test(last) || open !== "" || /[a-z0-9]{2}/.test(last);
}

/** Whether a path names keys or credentials. */
export const isSecretName = (path: string): boolean =>
  /[\\/]\.ssh[\\/](?!config$|known_hosts$|.*\.pub$)|\.aws\b|\.kube\b|credential|(?:^|[\\/])\.env(?:$|\.(?!example|sample|template))|id_rsa|id_ed25519|\.pem$|\.pfx$/i.test(
    path,
  );
