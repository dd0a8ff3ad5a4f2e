// Better Auth servers for the tests, all in one process, each with its own keys and users in memory.
//
//   node server.mjs '[{"alg": "EdDSA", "cookie": "jwt", "secret": "…", "package": "better-auth"}, …]'
//
// prints one line, a JSON list with the URL of each, and then obeys lines on standard input, each a JSON object:
//   {"expire": 0}    the signing keys of server 0 have had their time: its next token is signed by a new one
//   {"withdraw": 0}  server 0 forgets its keys altogether
//   {"sign": 0, "payload": {…}}   answers with a token of these claims, made by server 0
// and answers each with one line. It ends with its standard input.

import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

async function start({ alg, cookie, secret, package: name }) {
  const { betterAuth } = await import(name);
  const { memoryAdapter } = await import(`${name}/adapters/memory`);
  const { toNodeHandler } = await import(`${name}/node`);
  const { jwt } = await import(`${name}/plugins`);
  const database = { user: [], session: [], account: [], verification: [], jwks: [] };
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL: url,
    secret,
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    session: { cookieCache: { enabled: true, strategy: cookie === "jwks" ? "jwt" : cookie } },
    plugins: [jwt({ sessionCookieCache: cookie === "jwks", jwks: { keyPairConfig: { alg } } })],
  });
  server.on("request", toNodeHandler(auth));
  return { url, auth, database };
}

const servers = await Promise.all(JSON.parse(process.argv[2]).map(start));
console.log(JSON.stringify(servers.map((server) => server.url)));

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer = null;
  if ("expire" in order) {
    for (const key of servers[order.expire].database.jwks) key.expiresAt ??= new Date(Date.now() - 1);
  } else if ("withdraw" in order) {
    servers[order.withdraw].database.jwks.length = 0;
  } else {
    answer = (await servers[order.sign].auth.api.signJWT({ body: { payload: order.payload } })).token;
  }
  console.log(JSON.stringify(answer));
}
process.exit();
