// The load: a process that a benchmark forks and tells `{ port, connections, milliseconds, request }`; it says how many
// answers came a second. It is lighter than what it asks: the request is made beforehand, of an answer only the status
// and the length are read. Each connection asks again when its answer is whole.

import { connect } from "node:net";

process.on("message", async ({ port, connections, milliseconds, request }) => {
  const bytes = Buffer.from(request, "latin1");
  const run = { answered: 0, refused: 0, isOver: false };
  const started = performance.now();
  const over = Array.from({ length: connections }, () => keepAsking(port, bytes, run));
  setTimeout(() => {
    run.isOver = true;
  }, milliseconds);
  await Promise.all(over);
  const perSecond = (run.answered / (performance.now() - started)) * 1000;
  process.send({ perSecond, refused: run.refused });
});

process.on("disconnect", () => process.exit());

/** A server that closes after each answer gets a connection for each request. */
async function keepAsking(port, bytes, run) {
  while (!run.isOver) await onOneConnection(port, bytes, run);
}

function onOneConnection(port, bytes, run) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    /** What came of a head that is not whole yet. */
    let head;
    /** Bytes of the answer that are still to come; -1 before its head is whole. */
    let missing = -1;
    let isLast = false;
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      let piece = chunk;
      if (missing < 0) {
        if (head) piece = Buffer.concat([head, chunk]);
        const end = piece.indexOf("\r\n\r\n");
        head = end < 0 ? piece : undefined;
        if (end < 0) return;
        const text = piece.toString("latin1", 0, end);
        if (!/^HTTP\/1\.[01] 200 /.test(text)) run.refused += 1;
        isLast = /\r\nconnection: *close/i.test(text);
        missing = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      }
      missing -= piece.byteLength;
      if (missing > 0) return;
      missing = -1;
      run.answered += 1;
      if (run.isOver || isLast) socket.destroy();
      else socket.write(bytes);
    });
    socket.on("close", resolve);
    // Reset by a server that closes: the next one.
    socket.on("error", (error) => (error.code === "ECONNREFUSED" ? reject(error) : undefined));
  });
}
