import { loose, reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Clouds, clusters and hosting: looking is open, everything else changes something. */
export const cloudCommands: [string, Handler][] = [
  ...table(
    "kubectl oc k9s kustomize kubectx kubens",
    verbs(
      /^(?:get|describe|logs?|explain|top|version|api-\w+|cluster-info|diff|events|build|kustomize|wait|can-i|current-context|get-\w+|view)$/,
      /^(?:auth|config|rollout)$/,
      /^(?:can-i|whoami|view|get-\w+|current-context|status|history)$/,
    ),
  ),
  ...table(
    "helm",
    verbs(
      /^(?:list|ls|status|get|history|show|template|lint|search|version|env|verify|dependency|dep)$/,
      /^(?:repo)$/,
      /^(?:list|ls)$/,
    ),
  ),
  ...table(
    "terraform tofu terragrunt",
    verbs(
      /^(?:plan|show|validate|fmt|output|version|graph|providers|init|test|console-help)$/,
      /^(?:state|workspace)$/,
      /^(?:list|show)$/,
    ),
  ),
  ...table(
    "pulumi",
    verbs(/^(?:preview|version|whoami|about|logs)$/, /^(?:stack|config)$/, /^(?:ls|output|get|history)$/),
  ),
  ...table(
    "ansible ansible-playbook packer vagrant nomad consul eksctl kops minikube kind k3d doctl ibmcloud oci linode-cli hcloud scw argocd flux istioctl",
    verbs(
      /^(?:get|list|describe|version|status|show|validate|inspect|plan|logs)$/,
      /^(?:get|cluster|app|compute|server)$/,
      /^(?:get|list|show|describe|clusters|status)$/,
    ),
  ),
  ...table("aws", aws),
  ...table("gcloud gsutil bq az", anywhere),
  ...table("gh glab hub", hub),
];

const look = (run: Run): void => run.emit({ kind: "look-remote", what: spelled(run) });
const change = (run: Run): void => run.emit({ kind: "remote-mutation", what: spelled(run) });

/** @param groups verbs that need a second one */
function verbs(looks: RegExp, groups: RegExp, second: RegExp): Handler {
  return (run) => {
    const { operands } = split(
      run.args,
      "-n --namespace --context -f -o -l --kubeconfig --selector -chdir --profile --region -c",
    );
    const [verb, next] = operands;
    if (
      verb === undefined ||
      run.args.some((arg) => /^--dry-run(?:=(?:client|server|true))?$/.test(arg.text) && run.name === "kubectl")
    )
      return look(run);
    if (run.args.some((arg) => loose(arg) && arg.prefix === "" && (arg === verb || arg === next)))
      return unknown(run, spelled(run));
    if (
      run.name === "terraform" &&
      verb.text === "init" &&
      run.args.some((arg) => /migrate|reconfigure/.test(arg.text))
    )
      return change(run);
    // Secrets of a cluster may be shown here, and must not leave.
    if (/^(?:get|view)$/.test(verb.text) && run.args.some((arg) => /^secrets?(?:\/|$)|^--raw$/.test(arg.text)))
      run.emit({ kind: "read", path: spelled(run), secret: "outbound" });
    const words = operands.slice(0, 4).map((arg) => arg.text);
    const checks = run.args.some((arg) => /^--?(?:syntax-check|list-tasks|list-hosts|syntax-only)$/.test(arg.text));
    const listing =
      /^(?:doctl|hcloud|scw|argocd|terragrunt|ibmcloud|linode-cli)$/.test(run.name) &&
      run.args.every((arg) => arg.kind === "known") &&
      words.some((word) => /^(?:list|ls|get|describe|show|diff|status|plan|validate)$/.test(word)) &&
      words.every((word) => !mutating.test(word));
    if (listing || (checks && run.name === "ansible-playbook") || (run.name === "packer" && verb.text === "fmt"))
      return look(run);
    if (
      verb.kind === "known" &&
      (looks.test(verb.text) ||
        (groups.test(verb.text) && next !== undefined && next.kind === "known" && second.test(next.text)))
    )
      return look(run);
    change(run);
  };
}

const mutating =
  /^(?:create|delete|destroy|remove|rm|update|set|add|apply|sync|run-command|start|stop|reboot|restart|terminate|import|patch|resize|attach|detach|enable|disable|rollback|scale|exec|ssh|reset|rebuild|power-\w+)$/;

function aws(run: Run): void {
  const { operands, options } = split(run.args, "--profile --region --output --query --endpoint-url");
  const [service, verb, ...rest] = operands;
  for (const path of rest) if (/^[~/.]/.test(path.text)) reads(run, path);
  if (options.some((option) => option.name === "--endpoint-url")) return change(run);
  if (service === undefined || verb === undefined) return look(run);
  if (service.kind !== "known" || verb.kind !== "known") return unknown(run, spelled(run));
  const download =
    service.text === "s3" &&
    verb.text === "cp" &&
    rest[0]?.text.startsWith("s3://") === true &&
    rest[1] !== undefined &&
    !rest[1].text.startsWith("s3:");
  if (download && rest[1] !== undefined) writes(run, rest[1], /(?:^|\/)\.?$/.test(rest[1].text) ? "folder" : "file");
  if (service.text === "s3" && verb.text === "cp" && !download)
    run.emit({ kind: "network", host: rest[1]?.text ?? "s3", upload: true, metadata: false });
  if (/secret|credential|password|token|decrypt/.test(verb.text) && !verb.text.startsWith("list"))
    return run.emit({ kind: "read", path: spelled(run), secret: true });
  if (run.args.some((arg) => arg.text === "--with-decryption"))
    run.emit({ kind: "read", path: spelled(run), secret: "outbound" });
  if (
    /^(?:describe|list|get|head|ls|batch-get|lookup|search|filter|tail|query|scan|wait|help|view)(?:-|$)/.test(
      verb.text,
    ) ||
    download
  )
    return look(run);
  change(run);
}

function anywhere(run: Run): void {
  const words = run.args.filter((arg) => !arg.text.startsWith("-"));
  if (words.some((arg) => arg.kind !== "known")) return unknown(run, spelled(run));
  const texts = words.map((arg) => arg.text);
  if (texts.some((text) => /^(?:print-access-token|print-identity-token|get-access-token|access)$/.test(text)))
    return run.emit({ kind: "read", path: spelled(run), secret: true });
  if (texts.some((text) => /^(?:keyvault|secrets?|credentials?)$/.test(text)))
    run.emit({ kind: "read", path: spelled(run), secret: "outbound" });
  const changing =
    /^(?:delete|create|update|set|add|remove|deploy|start|stop|restart|reset|patch|apply|import|export|enable|disable|destroy|purge|cp|mv|rm|rsync|ssh|scp|run|submit|insert|load|login|invoke|rb|mb|resize|scale|failover|revoke|grant|query|mk|setIamPolicy)(?:-[\w-]+)?$/;
  if (texts.some((text) => changing.test(text))) return change(run);
  if (
    texts.length === 0 ||
    texts.some((text) =>
      /^(?:list|show|describe|info|version|ls|get|get-[\w-]+|list-[\w-]+|stat|du|cat|read|head|logs|tail)$/.test(text),
    )
  )
    return look(run);
  change(run);
}

function hub(run: Run): void {
  const [group, verb] = split(run.args, "-R --repo").operands;
  if (group === undefined) return look(run);
  if (group.kind !== "known" || (verb !== undefined && verb.kind !== "known")) return unknown(run, spelled(run));
  if (group.text === "api") {
    const method = run.args.findIndex((arg) => /^(?:-X|--method)$/.test(arg.text));
    const gets =
      method !== -1 && run.args[method + 1]?.text === "GET" && !run.args.some((arg) => arg.text === "--input");
    if (gets && run.args.filter((arg) => /^(?:-X|--method)/.test(arg.text)).length === 1) return look(run);
    const queries = run.args.filter((arg) => arg.text.startsWith("query="));
    const asks =
      verb?.text === "graphql" &&
      queries.length === 1 &&
      queries.every(
        (arg) => arg.kind === "known" && /^query=\s*(?:query\b|\{)/.test(arg.text) && !/\bmutation\b/.test(arg.text),
      );
    if (asks && !run.args.some((arg) => arg.text.startsWith("--input"))) return look(run);
    const writes = run.args.some(
      (arg) =>
        /^(?:-[fF]|--(?:raw-)?field|--input)/.test(arg.text) ||
        (/^(?:-X|--method)/.test(arg.text) &&
          !/GET/i.test(`${arg.text} ${run.args[run.args.indexOf(arg) + 1]?.text ?? ""}`)),
    );
    return writes || /graphql/.test(verb?.text ?? "") ? change(run) : look(run);
  }
  if (group.text === "repo" && verb?.text === "clone") {
    for (const folder of split(run.args, "-R --repo").operands.slice(3, 4)) writes(run, folder, "folder");
    return look(run);
  }
  if (group.text === "auth")
    return verb?.text === "status" ? look(run) : run.emit({ kind: "read", path: spelled(run), secret: true });
  if (
    /^(?:search|status|help|version|browse)$/.test(group.text) ||
    /^(?:list|view|diff|status|checks|watch|ls|show|checkout|download|verify)$/.test(verb?.text ?? "")
  )
    return look(run);
  run.emit({ kind: /release|gist|package/.test(group.text) ? "publish" : "remote-mutation", what: spelled(run) });
}
