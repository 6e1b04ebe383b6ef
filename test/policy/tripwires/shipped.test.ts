import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/policy/tripwires/observation.ts";
import { shippedDefaults, shippedNames, shippedTripwires } from "../../../src/policy/tripwires/shipped.ts";
import { bash, call, email, firedAlong, firedAt, result, rules, said, to, wrong } from "./watch.ts";

describe("destructive SQL", () => {
  const rule = "destructive-sql";

  it("is found in the shell lines that would run it", () => {
    const lines = [
      'psql -c "DROP TABLE users"',
      "sqlite3 app.db 'drop table if exists plants;'",
      'mysql -e "TRUNCATE TABLE sessions"',
      'psql "$URL" -c "truncate sessions cascade"',
      'psql -c "DELETE FROM users"',
      'psql -c "DELETE FROM users;"',
      "echo 'delete from public.users where 1=1;' | psql",
      'psql -c "DROP/**/DATABASE garden"',
      "psql <<SQL\nbegin;\ndelete from plants;\ncommit;\nSQL",
      'mysql -e "UPDATE users SET admin = 1;"',
      "python3 -c \"db.execute('DROP TABLE users')\"",
      "docker exec -- db psql -c 'drop table users'",
      "psql -c 'drop -- all of it\ntable users'",
      "docker exec db psql -U app -c 'drop schema public cascade'",
    ];
    expect(wrong(rule, true, bash, lines)).toEqual([]);
  });

  it("is left alone where nothing would run it, or where the rows are named", () => {
    const lines = [
      "grep -rn 'DROP TABLE' migrations",
      "git commit -m 'drop table users in the migration'",
      "psql -c 'SELECT * FROM users'",
      'psql -c "DELETE FROM users WHERE id = 7;"',
      "psql -c 'update users set admin = 1 where id = 7;'",
      "psql -c 'create table drops (id int)'",
      "psql -c 'alter table users drop column age'",
      "truncate -s 0 build.log",
      "cat psql.md",
      "npm run db:drop",
    ];
    expect(wrong(rule, false, bash, lines)).toEqual([]);
  });

  it("is found in the query of a database tool and not in a file that is written", () => {
    expect(firedAt(call("mcp__db__run", { args: { sql: "drop table users" } }))).toEqual([rule]);
    expect(firedAt(call("Write", { file_path: "/w/1.sql", content: "drop table users;" }))).toEqual([]);
    expect(firedAt(call("Grep", { query: "drop table users" }))).toEqual([]);
    expect(firedAt(call("mcp__notes__add", { title: "drop table users" }))).toEqual([]);
  });
});

describe("a restart of the host", () => {
  const rule = "host-restart";

  it("is found wherever a command may begin", () => {
    const lines = [
      "reboot",
      "sudo shutdown -h now",
      "sudo -n /sbin/reboot",
      "make && sudo systemctl reboot",
      "systemctl --force poweroff",
      "(sleep 5; halt) &",
      "init 6",
      "if true; then poweroff; fi",
      'bash -c "sleep 1; reboot"',
      "nohup sh -c 'reboot' &",
      "bash <<EOF\nreboot\nEOF",
      "env A=b timeout 5 reboot",
      '"reboot"',
      "echo b > /proc/sysrq-trigger",
      "echo $(reboot)",
      'echo "now: $(sudo reboot)"',
      "echo '<<EOF'\nreboot",
      "echo $((1 << n))\nreboot",
      "cat <<< EOF\nreboot\nEOF",
      "cat <<EOF | bash\nreboot\nEOF",
      "cat <<EOF\nhello\nEOF\nreboot",
      "sudo \\\n  reboot",
    ];
    expect(wrong(rule, true, bash, lines)).toEqual([]);
    expect(firedAt(call("PowerShell", { command: "Restart-Computer -Force" }))).toEqual([rule]);
  });

  it("is not seen where the word is only text, an argument or another program", () => {
    const lines = [
      "grep -rn reboot docs",
      "git commit -m 'fix; reboot loop'",
      'echo "now\nreboot the router" > notes.md',
      "cat > notes.md <<EOF\nreboot\nEOF",
      "cat > notes.md <<'EOF'\nit's time to\nreboot\nEOF\nls",
      "man shutdown",
      'git commit -m "never \\$(reboot)"',
      "shutdown --help",
      "npm run reboot",
      "./reboot-test.sh",
      "systemctl status nginx",
      "systemctl restart nginx",
      "init 3",
      "git init 6",
      "python manage.py shutdown",
      "echo reboot",
    ];
    expect(wrong(rule, false, bash, lines)).toEqual([]);
    expect(firedAt(call("Write", { command: "reboot" }))).toEqual([]);
    expect(firedAt(call("PowerShell", { command: "Get-Help 'Restart-Computer'" }))).toEqual([]);
  });
});

describe("the user's e-mail address", () => {
  it("is found in answers, commands and files, in any case", () => {
    expect(firedAt(said(`write to ${email.toUpperCase()}.`))).toEqual(["user-email"]);
    expect(firedAt(bash(`git config user.email ${email}`))).toEqual(["user-email"]);
    expect(firedAt(call("Write", { content: `by <${email}>` }))).toEqual(["user-email"]);
  });

  it("is not seen in a longer address, in another one, or in what a tool returns", () => {
    expect(
      wrong("user-email", false, said, [`a.${email}`, `${email}.net`, `${email}-x`, "mira@garden.example"]),
    ).toEqual([]);
    expect(firedAt(result(`Author: ${email}`))).toEqual([]);
  });

  it("is not watched for where it is not known", () => {
    const shipped = shippedTripwires(shippedDefaults);
    expect(shipped.map((rule) => rule.name)).not.toContain("user-email");
    const blank = shippedTripwires({ ...shippedDefaults, email: "" });
    expect(firedAt(said("anything @ all"), { ...rules, shipped: blank })).toEqual([]);
  });
});

describe("a call whose effects leave the zones", () => {
  it("is found when it writes or deletes outside, or where nobody can tell", () => {
    expect(firedAt(to({ effect: "write", path: "/etc/motd", zone: "outside" }))).toEqual(["writes-outside"]);
    expect(firedAt(to({ effect: "delete", path: "$X", zone: "unknown" }))).toEqual(["writes-outside"]);
  });

  it("is left alone when it only reads outside, or stays inside", () => {
    expect(firedAt(to({ effect: "read", path: "/etc/motd", zone: "outside" }))).toEqual([]);
    expect(firedAt(to({ effect: "write", path: "/w/a", zone: "inside" }))).toEqual([]);
    expect(firedAt(to())).toEqual([]);
  });
});

describe("repetition", () => {
  const edit = (fresh: string, id = "toolu_1"): Observation =>
    call("Edit", { file_path: "/w/a.ts", old_string: "a", new_string: fresh }, id);
  const attempt = (command: string, failed: boolean): Observation[] => [
    call("Bash", { command, description: String(Math.random()) }),
    result("", failed),
  ];

  it("the third time that the same edit is made is found, with others in between", () => {
    expect(firedAlong([edit("b"), edit("c"), edit("b"), edit("b")])).toEqual([[], [], [], ["same-edit"]]);
  });

  it("edits that differ in anything, white space included, are not the same", () => {
    expect(firedAlong([edit("b"), edit("b "), edit(" b")]).flat()).toEqual([]);
  });

  it("a command that has failed three times is found when it is tried again", () => {
    const three = [...attempt("npm test", true), ...attempt("npm  test", true), ...attempt("npm test", true)];
    expect(firedAlong([...three, bash("npm test")]).at(-1)).toEqual(["same-failure"]);
    expect(firedAlong([...three, bash("npm run test")]).at(-1)).toEqual([]);
    expect(firedAlong(three).flat()).toEqual([]);
  });

  it("a change of a file or a success in between begins the count anew", () => {
    const two = [...attempt("npm test", true), ...attempt("npm test", true)];
    const changed = [edit("b", "e1"), result("", false, "e1")];
    expect(firedAlong([...two, ...changed, ...two, bash("npm test")]).flat()).toEqual([]);
    expect(firedAlong([...two, ...attempt("npm test", false), ...two, bash("npm test")]).flat()).toEqual([]);
  });

  it("an edit that failed changes nothing, so the count goes on", () => {
    const two = [...attempt("npm test", true), ...attempt("npm test", true)];
    const failed = [edit("b", "e1"), result("", true, "e1")];
    expect(firedAlong([...two, ...failed, ...two, bash("npm test")]).at(-1)).toEqual(["same-failure"]);
  });
});

describe("silence", () => {
  const quiet = (ms: number): Observation => ({ kind: "silence", at: 0, ms });

  it("is told once it is too long, and not again before something was heard", () => {
    const along = [quiet(170_000), quiet(180_000), quiet(240_000), said("hello"), quiet(181_000)];
    expect(firedAlong(along)).toEqual([[], ["silence"], [], [], ["silence"]]);
  });

  it("is not told for a time that is no number", () => {
    expect(firedAt(quiet(Number.NaN))).toEqual([]);
  });
});

describe("the cost slope", () => {
  const cost = (seconds: number, usd: number): Observation => ({ kind: "cost", at: seconds * 1000, usd });

  it("is told when the cost rises faster than the bound, once for each time that it does", () => {
    const along = [cost(0, 0), cost(60, 1.9), cost(120, 4.1), cost(180, 6.5), cost(900, 6.6), cost(960, 12)];
    expect(firedAlong(along)).toEqual([[], [], ["cost-slope"], [], [], ["cost-slope"]]);
  });

  it("takes a burst of less than a minute for what it is in all, not for its speed", () => {
    expect(firedAlong([cost(0, 0), cost(1, 0.5), cost(2, 1)]).flat()).toEqual([]);
    expect(firedAlong([cost(0, 0), cost(1, 0.5), cost(2, 2.5)]).flat()).toEqual(["cost-slope"]);
  });

  it("is not told for a session that counts anew, a clock that was set back, or numbers that are none", () => {
    const along = [cost(0, 50), cost(60, 0.1), cost(30, 1), cost(40, Number.NaN), cost(Number.NaN, 9), cost(50, 1.1)];
    expect(firedAlong(along).flat()).toEqual([]);
  });

  it("has no bound when it is zero", () => {
    const shipped = shippedTripwires({ ...shippedDefaults, usd_a_minute: 0 });
    expect(firedAlong([cost(0, 0), cost(60, 900)], { ...rules, shipped }).flat()).toEqual([]);
  });
});

describe("the shipped rules", () => {
  it("have names of their own, messages that say what to do, and cannot be changed", () => {
    expect(shippedNames.size).toBe(9);
    expect(new Set(rules.shipped.map((rule) => rule.name))).toEqual(shippedNames);
    expect(Object.isFrozen(rules.shipped)).toBe(true);
    for (const rule of rules.shipped) {
      expect(rule.message.length).toBeGreaterThan(40);
      expect(() => Object.assign(rule, { severity: "low" })).toThrow(TypeError);
    }
  });
});
