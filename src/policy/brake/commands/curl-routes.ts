import { knownArgument, type Argument } from "../../shell/argument.ts";
import { has, reads, spelled, unknown, type Option, type Run } from "../run.ts";

/** Options of curl by which a request does not go where its address says, or takes credentials along. */
export function judgeRoutes(run: Run, options: readonly Option[]): void {
  const { home } = run.scene.context;
  if (has(options, "-n --netrc --netrc-optional")) reads(run, knownArgument(`${home}/.netrc`));
  for (const socket of valuesOf(run.args, "--unix-socket --abstract-unix-socket"))
    if (/(?:docker|podman|containerd|crio)[^/]*\.sock$/.test(socket.text))
      run.emit({ kind: "container-escape", what: spelled(run) });
    else unknown(run, `a request to the local socket ${socket.text}`);
  const pinned = valuesOf(run.args, "--resolve --connect-to");
  if (
    pinned.some((value) => value.kind !== "known" || !/:(?:127\.0\.0\.1|localhost|\[::1\])(?::\d*)?$/.test(value.text))
  )
    unknown(run, "a request that goes to another address than it says");
  const proxied = has(options, "-x --proxy --preproxy --socks4 --socks4a --socks5 --socks5-hostname --proxy1.0");
  if (proxied) unknown(run, "a request that goes through a proxy");
  if (valuesOf(run.args, "--proto-default --doh-url --dns-servers --netrc-file").length > 0)
    unknown(run, "a request whose address means something else than usual");
}

/** What follows these long options. */
function valuesOf(args: readonly Argument[], names: string): Argument[] {
  const wanted = names.split(" ");
  return args.filter((_, index) => wanted.includes(args[index - 1]?.text ?? ""));
}
