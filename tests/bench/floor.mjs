// What one process of Node can do at most: servers that answer every request alike, at once. node floor.mjs http|net

import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";

// As long as an answer of GenerateDataKey.
const body = Buffer.alloc(480, "x");
const headers = [
  "Content-Type",
  "application/x-amz-json-1.1",
  "Content-Length",
  String(body.length),
];

/** node:http, nothing of the request looked at. */
function http() {
  return createHttpServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
}

/** Sockets alone: every piece that comes is a request. */
function net() {
  const [type, typeValue, length, lengthValue] = headers;
  const head = `HTTP/1.1 200 OK\r\n${type}: ${typeValue}\r\n${length}: ${lengthValue}\r\n\r\n`;
  const answer = Buffer.concat([Buffer.from(head), body]);
  return createServer({ noDelay: true }, (socket) => {
    socket.on("data", () => socket.write(answer));
    socket.on("error", () => {});
  });
}

const server = (process.argv[2] === "http" ? http() : net()).listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
