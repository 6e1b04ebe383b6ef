import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/policy/tripwires/evaluate.ts";
import { freshState } from "../../../src/policy/tripwires/state.ts";
import { firedAlong, result, rules, wrong } from "./watch.ts";

const rule = "credential-in-output";

/** Drawn for this test. Kept apart from the prefixes, so that no scanner takes the file for a leak. */
const drawn = "q7Zp2Lx9Wv4Tn8Rk3Bd6Hs1Yc5Mf0JgUaEeIoKiNtXwPzSrQlVb";
const drawnUpper = "Q7ZP2LX4WV4TN3RK";

const real = [
  `-----BEGIN RSA PRIVATE KEY-----\nMIIEow${drawn}${drawn}\n-----END`,
  `     1→-----BEGIN OPENSSH PRIVATE KEY-----\n     2→b3BlbnNzaC1rZXktdjEAAAAA${drawn}`,
  `"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg${drawn}\\n"`,
  `aws_access_key_id = AKIA${drawnUpper}`,
  `remote: https://x:ghp_${drawn.slice(0, 36)}@github.com/a/b`,
  `github_pat_${drawn}${drawn.slice(0, 20)}`,
  `ANTHROPIC_API_KEY=sk-ant-api03-${drawn}`,
  `slack: xoxb-7391846205-${drawn.slice(0, 24)}`,
  `https://hooks.slack.com/services/T02AB3CD4/B05EF6GH7/${drawn.slice(0, 24)}`,
  `key=AIza${drawn.slice(0, 35)}`,
  `aws_secret_access_key = ${drawn.slice(0, 40)}`,
  `"apiKey": "${drawn.slice(0, 32)}"`,
  `DB_PASSWORD='${drawn.slice(0, 24)}'`,
  `token: ${drawn.slice(0, 40)}`,
  `{\\"token\\":\\"${drawn.slice(0, 32)}\\"}`,
];

const harmless = [
  'if line.startswith("-----BEGIN RSA PRIVATE KEY-----"): return key',
  "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTES",
  "-----BEGIN PRIVATE KEY-----\n<your key here>",
  "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
  "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "ANTHROPIC_API_KEY=sk-ant-api03-your-key-goes-here-your-key-goes-here-now",
  "The password must have at least twelve characters, and the secret is to keep it.",
  "const token = process.env.SLACK_BOT_TOKEN_PRODUCTION",
  "token = await getSessionTokenFromTheServer(request)",
  "password: config.database.credentials.password",
  'secret: "correct horse battery staple"',
  "password = hunter2",
  "token: a1b1a1b1a1b1a1b1a1b1a1b1a1b1a1b1",
  '"integrity": "sha512-q7Zp2Lx9Wv4Tn8Rk3Bd6Hs1Yc5Mf0JgUaEeIoKiNtXwPzSrQlVb=="',
  "commit 9b45bb3c1f0a7e2d4b6c8f1e3a5d7c9b0e2f4a6d8",
  'nextPageToken: "q7Zp2Lx9Wv4Tn8Rk3Bd6Hs1Yc5Mf0Jg"',
  'token: "123e4567-e89b-42d3-a456-426614174000"',
  "SECRET_NAME=projects/garden/secrets/watering-schedule/versions/12",
  'api_key: "${API_KEY_FROM_THE_ENVIRONMENT_1}"',
  "xoxb-",
  "the ghp_ prefix marks a personal token",
];

describe("credentials in what a tool returns", () => {
  it("are found, whatever they are", () => {
    expect(wrong(rule, true, result, real)).toEqual([]);
  });

  it("are not seen in documentation, code, hashes and templates", () => {
    expect(wrong(rule, false, result, harmless)).toEqual([]);
  });

  it("are found at the beginning and the end of an output that is too long to be read", () => {
    const long = "all is well\n".repeat(200_000);
    expect(wrong(rule, true, result, [`${real[3] ?? ""}\n${long}`, `${long}${real[3] ?? ""}`])).toEqual([]);
  });

  it("are told once, also when the file is read again, and a further one is told", () => {
    const [first = "", second = ""] = [real[3], real[5]];
    expect(firedAlong([result(first), result(`again: ${first}`), result(`${first}\n${second}`)])).toEqual([
      [rule],
      [],
      [rule],
    ]);
  });

  it("are never repeated in what is told of them", () => {
    for (const text of real)
      for (const firing of evaluate(rules, freshState, result(text)).firings) {
        expect(firing.found).not.toContain(drawn.slice(0, 10));
        expect(firing.found).not.toContain(drawnUpper.slice(0, 10));
      }
  });
});
