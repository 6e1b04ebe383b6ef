/** One secret of each form. They are put together here, so that no scanner of repositories takes this file for a leak. */
export const samples: [kind: string, secret: string][] = [
  ["anthropic key", `${["sk", "ant", "api03", ""].join("-")}${"aB3_".repeat(20)}`],
  ["openai key", `sk-proj-${"aB3_".repeat(12)}`],
  ["openai key", `sk-${"aB3d".repeat(12)}`],
  ["github token", `ghp_${"aB3d".repeat(9)}`],
  ["github token", `ghs_${"aB3d".repeat(9)}`],
  ["github token", `github_pat_${"aB3_".repeat(20)}`],
  ["gitlab token", `glpat-${"aB3-".repeat(5)}`],
  ["aws key", `AKIA${"QB3D".repeat(4)}`],
  ["slack token", `xoxb-${"1234-".repeat(3)}${"aB3d".repeat(6)}`],
  ["slack webhook", `hooks.slack.com/services/T0AB12CD/B0AB12CD/${"aB3d".repeat(6)}`],
  ["google key", `AIza${"aB3_-".repeat(7)}`],
  ["google token", `ya29.${"aB3_-".repeat(10)}`],
  ["npm token", `npm_${"aB3d".repeat(9)}`],
  ["hugging face token", `hf_${"aB3d".repeat(9)}`],
  ["stripe key", `sk_live_${"aB3d".repeat(6)}`],
  ["web token", ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "aB3_".repeat(10)].join(".")],
  [
    "private key",
    `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA7bq98nZ8y3Zc5mJv0pLqg3W1Z0\n".repeat(3)}-----END RSA PRIVATE KEY-----`,
  ],
];
