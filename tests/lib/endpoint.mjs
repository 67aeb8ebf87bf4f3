// An endpoint to speak to: in this process, or as the program that people start; and sockets for what no client sends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { createEndpoint } from "../../dist/endpoint.js";
import { Kms } from "../../dist/index.js";

export const CLI = fileURLToPath(new URL("../../dist/node/cli.js", import.meta.url));

export const TYPE = "application/x-amz-json-1.1";
export const SIGNED =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00";

/** An endpoint with a store in memory; both end with the test. */
export async function start(t, options = {}, kms = undefined) {
  const store = kms ?? (await Kms.open({ store: "memory" }));
  const endpoint = createEndpoint(store, { port: 0, ...options });
  const { url, port } = await endpoint.listen();
  t.after(async () => {
    await endpoint.close(0);
    if (!kms) await store.close();
  });
  return { kms: store, endpoint, url, port, ...caller(url) };
}

/** What speaks to an endpoint at `url` by fetch. */
export function caller(url) {
  const post = async (operation, members = {}, headers = {}) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": TYPE,
        "x-amz-target": `TrentService.${operation}`,
        authorization: SIGNED,
        ...headers,
      },
      body: typeof members === "string" ? members : JSON.stringify(members),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, answer: text && JSON.parse(text) };
  };
  const get = async (path, headers = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { post, get };
}

/** The head and body of a request as it goes over a socket. */
export function raw(operation, body = "{}", { headers = {}, line = "POST / HTTP/1.1" } = {}) {
  const all = {
    Host: "127.0.0.1",
    "Content-Type": TYPE,
    "X-Amz-Target": `TrentService.${operation}`,
    Authorization: SIGNED,
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line}\r\n${lines.join("")}\r\n${body}`;
}

/** A socket to an endpoint, which gathers what comes. */
export async function dial(port, host = "127.0.0.1") {
  const socket = connect({ port, host, allowHalfOpen: true });
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (piece) => {
    text += piece;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  const ended = new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
  });
  return {
    socket,
    /** The other side has said its last. */
    ended,
    received: () => text,
    write: (data) => new Promise((done) => socket.write(data, () => done())),
    /** Until `count` answers have come whole, or the other side has said its last. */
    async answers(count = 1) {
      for (;;) {
        const parsed = parse(text);
        if (parsed.length >= count) return parsed;
        if (socket.destroyed || socket.readableEnded) return parsed;
        await Promise.race([once(socket, "data").catch(() => {}), ended]);
        // `end` comes before what it ends is read.
        await new Promise(setImmediate);
      }
    },
  };
}

/** The answers in a text, each whole. */
export function parse(text) {
  const answers = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return answers;
    const [line, ...fields] = rest.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(`${line} `)?.[1]);
    const headers = Object.fromEntries(
      fields.map((field) => {
        const [, name, value] = /^([^:]+): ?(.*)$/.exec(field) ?? [];
        return [String(name).toLowerCase(), value];
      }),
    );
    const length = Number(headers["content-length"] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return answers;
    rest = rest.slice(end + 4 + length);
    if (status !== 100) answers.push({ status, headers, body });
  }
}

/** `tabkms` with `args`, as a process of its own. */
export function program(t, args, { env = {} } = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (piece) => {
      said[name] += piece;
    });
  }
  const exit = once(child, "close").then(([code, signal]) => ({ code, signal, ...said }));
  t.after(() => child.kill("SIGKILL"));
  return { child, said, exit };
}

/** `tabkms serve --port 0`, in memory unless it is told a folder, once it has told its address. */
export async function served(t, args = [], options = {}) {
  const store = args.includes("--data") ? [] : ["--memory"];
  const running = program(t, ["serve", ...store, "--port", "0", ...args], options);
  const url = await firstLine(running);
  return { ...running, url, port: Number(new URL(url).port), ...caller(url) };
}

async function firstLine({ child, said, exit }) {
  for (;;) {
    const end = said.stdout.indexOf("\n");
    if (end >= 0) return said.stdout.slice(0, end);
    const over = await Promise.race([once(child.stdout, "data").then(() => undefined), exit]);
    assert.equal(over, undefined, `it ended: ${over?.stderr}`);
  }
}
