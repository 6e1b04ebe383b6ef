import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Fills a folder with a small web shop whose sources have TODO comments here and there. */
export function makeWebshop(folder: string): void {
  for (const [index, name] of sources.entries()) {
    const path = join(folder, "src", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sourceText(index));
  }
}

const sources = [
  ...["basket.ts", "discount.ts", "shipping.ts"].map((name) => `cart/${name}`),
  ...["search.ts", "product.ts", "images.ts", "prices.ts"].map((name) => `catalog/${name}`),
  ...["address.ts", "payment.ts", "receipt.ts", "tax.ts"].map((name) => `checkout/${name}`),
  ...["login.ts", "session.ts", "password.ts"].map((name) => `account/${name}`),
  ...["orders.ts", "refunds.ts", "stock.ts"].map((name) => `office/${name}`),
  ...["mail.ts", "queue.ts", "clock.ts"].map((name) => `jobs/${name}`),
  "server.ts",
  "router.ts",
  "errors.ts",
  "main.ts",
];

const wishes = ["round half to even", "ask the bank again", "forget old sessions", "test with two currencies"];

function sourceText(index: number): string {
  const todos = Array.from({ length: (index * 7) % 4 }, (_, at) => `// TODO: ${wishes[(index + at) % wishes.length]}`);
  return `${["export const ready = true;", ...todos].join("\n")}\n`;
}
