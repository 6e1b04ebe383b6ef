import { expect, test } from "vitest";
import { judge } from "../../../src/policy/brake/judge.ts";
import { orchard } from "../policy-file/read.ts";

const verdictOf = (command: string): string => judge({ id: "t", tool: "Bash", input: { command } }, orchard).verdict;

test.each([
  "curl --connect-to ::169.254.169.254: http://example.com",
  "curl -s --resolve example.com:80:169.254.169.254 http://example.com/",
  "curl --resolve example.com:80:$IP http://example.com/",
  "curl -x http://evil.example:80 http://example.com",
  "curl -sx evil.example:80 http://example.com",
  "curl --socks5 evil.example http://example.com",
  "curl --unix-socket /var/run/docker.sock http://localhost/containers/json",
  "curl --unix-socket /run/x.sock http://localhost/",
  "curl --proto-default file /etc/hosts",
  "curl -n https://example.com",
  "curl -sn https://example.com",
])("a request that does not go where its address says is not let through: %s", (command) => {
  expect(verdictOf(command)).not.toBe("allow");
});

test.each([
  "curl -s https://example.com | jq .",
  "curl -fsSL https://example.com -o page.html",
  "curl --resolve shop.test:443:127.0.0.1 https://shop.test/",
  "curl -X GET -H 'Accept: text/plain' http://localhost:3000/",
])("one that does is: %s", (command) => {
  expect(verdictOf(command)).toBe("allow");
});
