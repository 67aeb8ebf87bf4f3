// Many connections to one endpoint, held open: node crowd.mjs PORT COUNT, as a child that is told by messages. Says
// `{ connected }` once all are; told `ask`, lets each send a request and says `{ answered }`.

import { once } from "node:events";
import { connect } from "node:net";
import { parse, raw } from "./endpoint.mjs";

const [port, count] = process.argv.slice(2).map(Number);
/** Connections begun at once: a system's queue of those that wait has no more places by default. */
const AT_ONCE = 100;

const sockets = [];
for (let made = 0; made < count; made += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, count - made) }, async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    sockets.push(socket);
  });
  await Promise.all(some);
}
process.send({ connected: sockets.length });

await once(process, "message");
let answered = 0;
await Promise.all(
  sockets.map(async (socket) => {
    let text = "";
    const done = new Promise((resolve) => {
      socket.setEncoding("latin1").on("data", (piece) => {
        text += piece;
        if (parse(text)[0]?.status === 200) {
          answered += 1;
          resolve();
        }
      });
      socket.once("close", resolve);
    });
    socket.write(raw("GenerateRandom", '{"NumberOfBytes":32}'));
    await done;
  }),
);
process.send({ answered });
for (const socket of sockets) socket.destroy();
