import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactionsIn } from "../../../src/store/redaction/marker.ts";
import { mostLearnt, redactor } from "../../../src/store/redaction/redactor.ts";
import { secretValues } from "../../../src/store/redaction/secret-variables.ts";
import { nastyText } from "../arbitrary.ts";
import { samples } from "./samples.ts";

const { text } = redactor();

describe("a secret that is known by its form", () => {
  test.each(samples)("of the kind %s is taken out, and its kind is told: %s", (kind, secret) => {
    const redacted = text(`before ${secret} after`);
    expect(redacted).toBe(`before [redacted: ${kind}] after`);
    expect(redactionsIn(redacted)).toEqual([kind]);
  });

  test.each(samples)("of the kind %s is found at the beginning of a line of a JSON text", (kind, secret) => {
    const line = JSON.stringify({ text: `first\n${secret}\nlast`, n: 1 });
    expect(JSON.parse(text(line))).toEqual({ text: `first\n[redacted: ${kind}]\nlast`, n: 1 });
  });

  test.each(samples)("of the kind %s is found in JSON that stands in JSON", (_, secret) => {
    const line = JSON.stringify({ input: JSON.stringify({ command: `echo "${secret}"` }) });
    expect(text(line)).not.toContain(secret.slice(8, 30));
    expect(JSON.parse(JSON.parse(text(line)).input)).toHaveProperty("command");
  });

  test.each([
    ["PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted: password] psql"],
    ["mysql --password=swordfish db", "mysql --password=[redacted: password] db"],
    ["tool --token abcdef1234567890", "tool --token [redacted: secret]"],
    ["curl -u me:hunter2 https://h", "curl -u me:[redacted: password] https://h"],
    ["postgres://me:pw12@h/db", "postgres://me:[redacted: password]@h/db"],
    ['{"password":"hunter2","x":1}', '{"password":"[redacted: password]","x":1}'],
    ["api_key: 0a1b2c3d4e5f6a7b", "api_key: [redacted: secret]"],
    ["Authorization: Basic bWU6aHVudGVyMg==", "Authorization: Basic [redacted: authorization]"],
    ["authorization: bearer 0a1b2c3d4e5f6a7b", "authorization: bearer [redacted: authorization]"],
    ["https://h/x?token=0a1b2c3d4e5f6a7b&y=1", "https://h/x?token=[redacted: secret]&y=1"],
  ])("is taken out of %s", (from, to) => {
    expect(text(from)).toBe(to);
  });

  test("that was shortened in the middle of a key leaves neither half", () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA7bq98nZ8y3Zc5mJv0pLqg3W1Z0\n".repeat(5)}`;
    const end = `${"q98nZ8y3Zc5mJv0pLqg3W1Z0MIIEpAIBAAKCAQEA7b\n".repeat(3)}-----END RSA PRIVATE KEY-----`;
    const redacted = text(`${key}[… 900 bytes left out …]\n${end}\nrest`);
    expect(redacted).toMatch(
      /^\[redacted: private key\]\n\[… 900 bytes left out …\]\n\[redacted: private key\]\nrest$/,
    );
  });
});

describe("a private key in a diff", () => {
  const lines = [
    "-----BEGIN PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA7bq98nZ8y3Zc5mJv0pLqg3W1Z0",
    "-----END PRIVATE KEY-----",
  ];
  test.each(["-", "+", " "])("is taken out of its lines with %j, also where it is shortened", (sign) => {
    const diff = (some: string[]): string => some.map((line) => `${sign}${line}\n`).join("");
    for (const some of [lines, lines.slice(0, 2), lines.slice(1)]) {
      const redacted = text(`@@\n${diff(["before", ...some, "after"])}`);
      expect(redacted).not.toContain("MIIE");
      expect(redacted).toContain(`${sign}before\n`);
      expect(redacted).toContain(`${sign}after\n`);
      expect(text(JSON.stringify(diff(some)))).not.toContain("MIIE");
    }
  });
});

describe("what is no secret stays", () => {
  test.each([
    "const password = getPassword();",
    "function login(user: string, password: string): Promise<void>",
    "if (password === other) return token;",
    "type password: then press enter",
    "password=$DB_PASSWORD",
    'password: "${PASSWORD}"',
    "token: string; nextPageToken=abcdef1234567890abcdef",
    "const key = process.env.API_KEY;",
    "max_tokens=100, secret: yes",
    "token= run=/tmp/deck-1234abcd/runs/run-20260102-030405-a1b2",
    "-----BEGIN PRIVATE KEY----- is how such a file begins, and then come its lines",
    "a risk-assessment of the sk-learn task-force, eyJ and AKIA",
    "https://example.com:8080/a@b",
    "cx-0123abcd dm-0123abcd run-20260102-030405-a1b2 toolu_01A2b3C4d5E6f7G8h9J0k1L2",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "7f3b8c1e-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
    "bearer of bad news, basic internationalization",
  ])("%s", (from) => {
    expect(text(from)).toBe(from);
  });

  test("an id, a state and a place of a record, also where they look like a secret", () => {
    const body = {
      construct: "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
      session_id: "s3cretvalue",
      workspace: "/work/s3cretvalue",
      text: "s3cretvalue",
    };
    expect(redactor(["s3cretvalue"]).value(body)).toEqual({
      ...body,
      text: "[redacted: secret of the environment]",
    });
  });

  test("a value without a secret is the same value, not a copy", () => {
    const body = { list: [{ text: "nothing here" }], n: 1, none: null };
    expect(redactor(["s3cretvalue"]).value(body)).toBe(body);
  });
});

describe("a secret of the environment", () => {
  const env = {
    DEPLOY_KEY: 'x"y\\z-12345',
    SERVICE_TOKEN: "correcthorse",
    DATABASE_URL: "postgres://me:databasepw@h/db",
    TLS_KEY: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
    SHORT_TOKEN: "abc",
    SSH_KEY: "/home/me/.ssh/id_ed25519",
    MAX_TOKENS: "100000000000000",
    KEYBOARD: "qwertyuiop",
    PATH: "/usr/bin:/bin",
    PWD: "/work/some/where",
    MISSING_KEY: undefined,
  };

  test("is a value whose name says so, or a password in an address", () => {
    expect(secretValues(env).toSorted()).toEqual(
      ['x"y\\z-12345', "correcthorse", "databasepw", "MIIEvQIBADANBgkq"].toSorted(),
    );
  });

  test.each(secretValues(env))("%j is taken out of text, of JSON and of addresses", (value) => {
    const { text: redact } = redactor(secretValues(env));
    const marked = "[redacted: secret of the environment]";
    expect(redact(`a ${value} b`)).toBe(`a ${marked} b`);
    expect(JSON.parse(redact(JSON.stringify({ text: value })))).toEqual({ text: marked });
    expect(redact(`https://h/?q=${encodeURIComponent(value)}`)).toBe(`https://h/?q=${marked}`);
  });

  test("that is a part of the mark itself does not eat the mark", () => {
    const { text: redact } = redactor(["redacted", "environment"]);
    expect(redact("redacted: the environment")).toBe("redacted: the environment");
  });
});

/** Pieces of which the forms are made, so that what is drawn comes close to them. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      "password",
      "token",
      "=",
      ":",
      '"',
      "\\",
      "\n",
      "\\n",
      " ",
      "Bearer ",
      "://",
      "@",
      "eyJ",
      ".",
      "-u ",
    ),
    fc.constantFrom(
      "-----BEGIN ",
      "-----END ",
      "PRIVATE KEY-----",
      "sk-",
      "sk-ant-",
      "ghp_",
      "AKIA",
      "xoxb-",
      "[redacted: ",
    ),
    fc.constantFrom("A".repeat(40), "0a1b2c3d4e5f6a7b", "s3cretvalue"),
    nastyText,
  ),
  { maxLength: 40 },
);
const near = pieces.map((parts) => parts.join(""));

describe("any text", () => {
  const { text: redact, value } = redactor(["s3cretvalue"]);

  test("has no given value in it afterwards, and a second time harms no mark", () => {
    fc.assert(
      fc.property(near, (from) => {
        const once = redact(from);
        expect(once).not.toContain("s3cretvalue");
        expect(redactionsIn(redact(once))).toEqual(expect.arrayContaining(redactionsIn(once)));
      }),
      { numRuns: 2000 },
    );
  });

  test.each(["\n", "\u0001", "\\", "\\n"])("that is JSON stays so where the rest of a key follows %j", (before) => {
    const from = `${before}${"A".repeat(40)}-----END PRIVATE KEY-----`;
    const after: unknown = JSON.parse(redact(JSON.stringify([from])));
    expect(after).toEqual([expect.stringMatching(/^[^A]*\[redacted: private key\]$/)]);
  });

  test("that is JSON stays so where a secret seems to go on in the next string, and the names of its fields still count", () => {
    const from = { a: ['password="'], '"': 0, password: "hunter2", next: "s3cretvalue" };
    expect(JSON.parse(redact(JSON.stringify(from)))).toMatchObject({
      '"': 0,
      password: "[redacted: password]",
      next: "[redacted: secret of the environment]",
    });
  });

  test("that is JSON stays JSON of the same shape", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(near, fc.integer(), fc.array(near))), (from) => {
        const after: unknown = JSON.parse(redact(JSON.stringify({ from })));
        expect(shapeOf(after)).toEqual(shapeOf(JSON.parse(JSON.stringify({ from }))));
        expect(shapeOf(value({ from }))).toEqual(shapeOf({ from }));
      }),
      { numRuns: 1000 },
    );
  });

  /** A quadratic search would take minutes for one of these. */
  test.each([
    "sk-ant-",
    "eyJ",
    "eyJ-",
    "eyJaaaaaaaaaaaaaa.eyJ",
    "xapp-a",
    "SG.SG.",
    "AKIA",
    "ghp_a",
    "://",
    "://a:",

    "-----BEGIN PRIVATE KEY-----\n",
    "-----END PRIVATE KEY-----",
    "-----END PRIVATE KEY-----\n-A\n-",
    "A".repeat(64),
    "password=",
    "password==",
    "password=$",
    'password: "',
    "Bearer ",
    "-u a:",
    "-u=a:$",
    "--token ",
    "\\",
    '"',
    " ",
  ])("of a megabyte of %j is looked through within its bound", { timeout: 60_000 }, (unit) => {
    const long = unit.repeat(Math.ceil(1_000_000 / unit.length));
    expect(redact(long).length).toBeGreaterThan(0);
  });
});

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  // Keys of a JSON text that is read as a text may hold a secret, so they are counted, not compared.
  return Object.values(value).map(shapeOf);
}

describe("a value that is learnt later", () => {
  test("is taken out from then on, and what was known before still is", () => {
    const { text, learn } = redactor(["amber-sky-over-sea"]);
    expect(text("amber-sky-over-sea, velvet-moon-rising")).toBe(
      "[redacted: secret of the environment], velvet-moon-rising",
    );
    expect(learn(["velvet-moon-rising"])).toBe(2);
    expect(text("amber-sky-over-sea, velvet-moon-rising")).toBe(
      "[redacted: secret of the environment], [redacted: secret of the environment]",
    );
  });

  test("is known once, however often it is said, and a short one is none", () => {
    const { learn } = redactor(["amber-sky-over-sea"]);
    expect([learn(["amber-sky-over-sea", "sky"]), learn([])]).toEqual([1, 1]);
  });

  test("takes the place of the one that was learnt first when there are too many, and never of what was known from the start", () => {
    const { text, learn } = redactor(["amber-sky-over-sea"]);
    learn(["copper-bell-at-noon"]);
    expect(learn(Array.from({ length: mostLearnt }, (_, index) => `velvet-moon-${index}`))).toBe(mostLearnt + 1);
    expect(text("copper-bell-at-noon")).toBe("copper-bell-at-noon");
    expect(text("velvet-moon-999, amber-sky-over-sea")).not.toMatch(/velvet|amber/);
  });
});
