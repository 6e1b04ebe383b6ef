import { knownArgument, type Argument } from "../../shell/argument.ts";
import { isMetadata } from "../metadata.ts";
import { has, loose, reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";
import { judgeRoutes } from "./curl-routes.ts";

/** Commands that talk to other machines. */
export const networkCommands: [string, Handler][] = [
  ...table("curl", curl),
  ...table("wget", wget),
  ...table("http https xh", httpie),
  ...table("nc ncat netcat", (run) => {
    // Only whether a port is open.
    if (
      run.args.some((arg) => /^-[a-z]*z[a-z]*$/.test(arg.text)) &&
      !run.args.some((arg) => /^-\w*[elc]/.test(arg.text))
    )
      return run.emit({ kind: "network", host: spelled(run), upload: false, metadata: false });
    connects(run);
  }),
  ...table("socat telnet", (run) => connects(run)),
  ...table("ssh", ssh),
  ...table("scp sftp ftp rclone", (run) => connects(run)),
  ...table("ping ping6 dig nslookup host traceroute tracepath mtr whois", (run) =>
    run.emit({
      kind: "network",
      host: spelled(run),
      upload: run.args.some((arg) => arg.kind === "unknown"),
      metadata: false,
    }),
  ),
  ...table("getent", (run) => {
    if (/^(?:passwd|group|services|protocols|shells|networks)$/.test(run.args[0]?.text ?? "")) return;
    const upload = run.args.some((arg) => arg.kind === "unknown");
    run.emit({ kind: "network", host: spelled(run), upload, metadata: false });
  }),
  ...table("aria2c", (run) => {
    const { options, operands } = split(run.args, "-o -d -x -s -j -k -t -m --out --dir");
    if (
      options.some(
        ({ name }) => !/^-(?:[odxsjkmtcq]\d*|-(?:out|dir|continue|quiet|max-tries|timeout|checksum|split))$/.test(name),
      )
    )
      return unknown(run, spelled(run));
    const folder = options.find((option) => has([option], "-d --dir"))?.value ?? knownArgument(".");
    const file = options.find((option) => has([option], "-o --out"))?.value;
    writes(run, folder, "folder");
    if (file !== undefined && folder.kind === "known")
      writes(run, file.kind === "known" ? knownArgument(`${folder.text}/${file.text}`) : file);
    else marksDownloads(run, operands);
    for (const url of operands) visits(run, url, false);
  }),
  ...table("openssl", (run) => {
    const silent = run.input.kind === "none" || (run.input.kind === "text" && run.input.text === "");
    if (run.args[0]?.text === "s_client")
      return run.emit({
        kind: "network",
        host: spelled(run),
        upload: !silent || run.args.some(loose),
        metadata: false,
      });
    if (/^(?:s_server|enc|engine|ca)$/.test(run.args[0]?.text ?? "")) unknown(run, spelled(run));
    const { options } = split(run.args.slice(1), "-in -out -keyout -inkey -key -subj -days -newkey");
    for (const { name, value } of options)
      if (value)
        if (/^-(?:out|keyout)$/.test(name)) writes(run, value);
        else if (name.startsWith("-in")) reads(run, value);
  }),
  ...table("ssh-keygen ssh-add ssh-agent ssh-copy-id gpg gpg2 pass op vault", (run) => {
    const first = run.args[0]?.text ?? "";
    const looks =
      (/^ssh-(?:keygen|add)$/.test(run.name) &&
        /^-[lLy]$/.test(first) &&
        !run.args.some((arg) => /^-[a-z]*f/.test(arg.text) && run.args.at(-1)?.text.endsWith(".pub") !== true)) ||
      (run.name === "ssh-agent" && run.args.every((arg) => arg.text === "-s")) ||
      (/^gpg2?$/.test(run.name) && /^--(?:verify|list-(?:public-)?keys|fingerprint)$/.test(first));
    if (!looks || run.args.some(loose)) unknown(run, spelled(run));
  }),
];

function connects(run: Run): void {
  for (const arg of run.args) if (/^[~/.]/.test(arg.text)) reads(run, arg);
  if (run.args.some((arg) => /^-\w*[ec]$|^--(?:exec|sh-exec)|exec:|system:/i.test(arg.text)))
    run.emit({ kind: "execute-unknown", what: `a shell attached to the network by ${run.name}`, foreign: true });
  run.emit({ kind: "network", host: spelled(run), upload: true, metadata: false });
}

/** A GET is a look; whatever sends something along is not. */
function visits(run: Run, address: Argument, upload: boolean): void {
  const text = /^[a-z]+:\/\//i.test(address.text) ? address.text : `http://${address.text}`;
  const metadata =
    address.kind !== "known" ? /169\.254|metadata|^https?:\/\/?$/.test(address.prefix) : isMetadata(text);
  // A name or path that is computed may carry data out.
  const carries =
    address.kind === "unknown" &&
    !/^https?:\/\/[\w.-]+(?::\d+)?\//.test(address.prefix) &&
    !/^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1):/.test(address.prefix);
  if (/^file:/i.test(text)) return reads(run, knownArgument(text.replace(/^file:\/\/[^/]*/i, "")));
  if (!/^(?:https?|ftp):/i.test(text) && address.kind === "known")
    return unknown(run, `an address of another kind: ${text}`);
  // What is sent to a server on this machine stays here, unless it empties a store of data.
  const local =
    address.kind === "known" &&
    isLoopback(text) &&
    !/_delete_by_query|\/_all\b|:(?:9200|8123|5984|2375)(?:\/|$)/.test(text);
  run.emit({ kind: "network", host: address.text, upload: (upload && !local) || carries, metadata });
}

const isLoopback = (address: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/i.test(URL.parse(address)?.hostname ?? "");

const curlValues =
  "-X -H -d -F -T -o -A -b -c -e -u -x -K -m -w -r -E -C -Y -y -z --request --header --data --data-raw --data-binary --data-urlencode --json --form --upload-file --output " +
  "--user-agent --cookie --cookie-jar --referer --user --proxy --config --max-time --write-out --range --retry --retry-delay --connect-timeout --url --cacert --cert --key --resolve --output-dir --limit-rate --retry-max-time -D --dump-header --trace --trace-ascii --stderr --interface --dns-servers --unix-socket";

function curl(run: Run): void {
  const { options, operands } = split(run.args, curlValues);
  judgeRoutes(run, options);
  const method = options.find((option) => has([option], "-X --request") && option.value)?.value;
  const sends =
    has(
      options,
      "-d -F -T --data --data-raw --data-binary --data-urlencode --data-ascii --json --form --form-string --upload-file",
    ) && !has(options, "-G --get");
  const upload = sends || (method !== undefined && !/^(?:GET|HEAD|OPTIONS)$/i.test(method.text));
  for (const { name, value } of options) {
    if (value === undefined) continue;
    if (/^(?:-\w*[oDc]|--output|--dump-header|--cookie-jar|--trace\S*|--stderr)$/.test(name)) writes(run, value);
    else if (name === "--output-dir") writes(run, value, "folder");
    else if (/^(?:-[dFT]|--(?:data|form|upload|json).*)$/.test(name)) {
      const file = /@(.+)$/s.exec(value.text)?.[1] ?? (/^(?:-T|--upload-file)$/.test(name) ? value.text : undefined);
      if (file !== undefined && file !== "-")
        reads(run, value.kind === "known" ? knownArgument(file.replace(/[;].*$/, "")) : value);
    } else if (/^(?:-K|--config)$/.test(name)) unknown(run, "curl with a configuration file");
  }
  if (has(options, "-O --remote-name --remote-header-name --remote-name-all")) marksDownloads(run, operands);
  if (run.args.some((arg) => loose(arg))) unknown(run, "curl with arguments that only the run will tell");
  // A credential of the environment that goes along to another machine.
  const far = !operands.every(
    (url) => url.kind === "known" && isLoopback(url.text.includes("://") ? url.text : `http://${url.text}`),
  );
  if (
    far &&
    run.args.some(
      (arg) =>
        arg.kind === "unknown" &&
        /\$\{?\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE)/i.test(arg.text),
    )
  )
    run.emit({ kind: "network", host: "with a credential of the environment", upload: true, metadata: false });
  const urls = [
    ...operands,
    ...options.filter((option) => option.name === "--url").flatMap((option) => option.value ?? []),
  ];
  for (const url of urls) visits(run, url, upload);
}

function wget(run: Run): void {
  const { options, operands } = split(
    run.args,
    "-O -P -o -a -U -t -T -e -i --output-document --directory-prefix --header --post-data --post-file --method --body-data --body-file --timeout --tries",
  );
  const upload =
    has(options, "--post-data --post-file --body-data --body-file") ||
    options.some((option) => option.name === "--method" && !/^(?:GET|HEAD)$/i.test(option.value?.text ?? ""));
  for (const { name, value } of options) {
    if (value === undefined) continue;
    if (/^(?:-\w*O|-[oa]|--output-(?:document|file))$/.test(name) && value.text !== "-") writes(run, value);
    else if (/^(?:-\w*P|--directory-prefix)$/.test(name)) writes(run, value, "folder");
    else if (name.endsWith("file")) reads(run, value);
    else if (/^(?:-e|--execute|-i|--input-file|--config)$/.test(name)) unknown(run, spelled(run));
  }
  if (has(options, "--use-askpass --config -i")) unknown(run, spelled(run));
  if (!has(options, "-O --output-document --spider")) marksDownloads(run, operands);
  if (run.args.some((arg) => loose(arg))) unknown(run, "wget with arguments that only the run will tell");
  for (const url of operands) visits(run, url, upload);
}

/** The file takes its name from the address. */
function marksDownloads(run: Run, addresses: readonly Argument[]): void {
  for (const address of addresses) {
    const name = address.text.split(/[?#]/)[0]?.split("/").at(-1);
    writes(
      run,
      address.kind === "known" && name
        ? knownArgument(name)
        : address.kind === "known"
          ? knownArgument("index.html")
          : address,
    );
  }
}

function httpie(run: Run): void {
  const { operands } = split(run.args, "-a --auth -o --output");
  const method = /^(?:[A-Z]+|get|head|post|put|patch|delete|options)$/.test(operands[0]?.text ?? "")
    ? operands[0]
    : undefined;
  // `:3000/path` is a server on this machine.
  const address = method === undefined ? operands[0] : operands[1];
  const upload =
    operands.some((arg) => /[=@]/.test(arg.text.replace("==", "")) && arg !== address) ||
    (method !== undefined && !/^(?:GET|HEAD)$/i.test(method.text));
  if (address !== undefined)
    visits(
      run,
      address.text.startsWith(":") && address.kind === "known" ? knownArgument(`localhost${address.text}`) : address,
      upload,
    );
}

function ssh(run: Run): void {
  // Asks a code host whether the key is known there.
  if (
    run.args.every((arg) => arg.kind === "known") &&
    /^-T git@[\w.-]+$/.test(run.args.map((arg) => arg.text).join(" "))
  )
    return run.emit({ kind: "network", host: spelled(run), upload: false, metadata: false });
  const { options, operands } = split(run.args, "-i -p -l -o -F -L -R -D -J -b -c -E -e -m -Q -S -W -w");
  run.emit({ kind: "network", host: operands[0]?.text ?? "", upload: false, metadata: false });
  if (options.some((option) => /^-[oFLRDwE]/.test(option.name))) unknown(run, spelled(run));
  const text = operands
    .slice(1)
    .map((arg) => arg.text)
    .join(" ");
  const looks =
    /^(?:uptime|hostname|uname(?: -\w+)?|date|whoami|id|df(?: -\w+)?|free(?: -\w+)?|ls(?: [\w./ -]+)?|ps(?: [\w-]+)?|cat \/var\/log\/[\w./-]+|tail(?: -\w+)* [\w./ -]+)$/.test(
      text,
    );
  if (operands.slice(1).some((arg) => arg.kind !== "known") || !looks)
    run.emit({ kind: "remote-mutation", what: spelled(run) });
}
