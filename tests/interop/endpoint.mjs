// Where the real clients find a KMS over HTTP: a URL, and what makes one.

import { createServer } from "node:http";
import { Kms } from "../../dist/index.js";
import { answer } from "../../dist/wire.js";

/** What the endpoint will do and does not yet: the tests of it wait. */
export const HAS_STS = false;

/** An endpoint over a KMS of its own, in memory: its URL, without a slash at the end, its account, and `close`. */
export async function startEndpoint() {
  const kms = await Kms.open({ store: "memory" });
  const { url, close } = await endpointOf(kms);
  return {
    url,
    account: "000000000000",
    close: async () => {
      await close();
      await kms.close();
    },
  };
}

/** An endpoint over a KMS that the test holds, for one that moves its clock. */
export async function endpointOf(kms) {
  const server = createServer(async (request, response) => {
    const cors = corsOf(request.headers);
    if (request.method === "OPTIONS") return response.writeHead(204, cors).end();
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    try {
      const { headers } = request;
      const given = await answer(kms, { headers, body: Buffer.concat(pieces) });
      response.writeHead(given.statusCode, { ...given.headers, ...cors }).end(given.body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function corsOf({ origin, "access-control-request-headers": asked }) {
  if (origin === undefined) return {};
  const allowed = asked === undefined ? {} : { "access-control-allow-headers": asked };
  return { "access-control-allow-origin": origin, ...allowed };
}
