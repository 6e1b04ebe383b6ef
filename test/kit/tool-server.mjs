// A small server of tools over its input and output. FIRST ARGUMENT: "fine", "late" (never answers) or "broken" (ends at once).
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const how = process.argv[2] ?? "fine";
if (how === "broken") process.exit(3);
if (how === "late") setInterval(() => undefined, 1000);
else {
  const server = new McpServer({ name: "cabinet", version: "1.0.0" });
  const says = (text) => ({ content: [{ type: "text", text }] });
  server.registerTool("get_facts", { description: "Tells a fact.", inputSchema: { about: z.string() } }, ({ about }) =>
    says(
      `fact about ${about}; marker ${process.env.CYBERDECK_CONSTRUCT ?? "none"}; token ${process.env.CYBERDECK_TOKEN ?? "none"}; pid ${process.pid}`,
    ),
  );
  server.registerTool("delete_all", { description: "Deletes everything.", inputSchema: {} }, () => says("DELETED"));
  server.registerTool("frobnicate", { description: "Nobody knows.", inputSchema: {} }, () => says("FROBNICATED"));
  await server.connect(new StdioServerTransport());
}
