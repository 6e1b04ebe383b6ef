/** Why a construct has ended, in plain words; "" for a result, which speaks for itself. A cause that is not known here stays as it is. */
export function causeWord(cause: string): string {
  const [kind = "", what = ""] = cause.split(/:(.*)/s);
  if (kind === "budget") return `at its bound of ${bounds[what] ?? what}`;
  if (kind === "tripwire") return `tripwire ${what}`;
  return words[cause] ?? cause;
}

const words: Record<string, string | undefined> = Object.assign(Object.create(null), {
  result: "",
  crash: "crashed",
  eject: "ejected",
  host_shutdown: "the host was stopped",
  netrunner: "by you",
  "netrunner+blacklist": "by you, its work forbidden",
  stall: "silent for too long",
});

const bounds: Record<string, string | undefined> = Object.assign(Object.create(null), {
  construct_turns: "model requests",
  construct_tokens: "tokens",
  construct_usd: "cost",
  time_limit_ms: "time",
  turns: "model requests",
  usd: "cost",
});
