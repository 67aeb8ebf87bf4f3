// The endpoint, beside moto's server, each as people start it (ours keeps its store in a folder, moto's has none), in one
// run by turns; and beside what one process of Node can do at most over HTTP (node:http) and over sockets, with the same
// load.

import { fork, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TOOLS } from "../../scripts/lib/paths.mjs";
import { step } from "../../scripts/lib/report.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { median } from "./measure.mjs";

const MOTO = "5.2.1";
/** What the project promises: so many times what moto does. */
const PROMISED = 10;
const CONNECTIONS = [1, 8];
const ROUNDS = 7;
/** Milliseconds of one round of one server. */
const ROUND = 700;

const CLI = fileURLToPath(new URL("../../dist/node/cli.js", import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {(line: string) => void} say */
export async function benchEndpoint(say) {
  const running = [];
  const folder = mkdtempSync(join(tmpdir(), "tabkms-bench-"));
  const load = fork(here("./load.mjs"));
  try {
    const servers = await startAll(running, folder);
    const results = [];
    for (const name of ["GenerateDataKey", "Encrypt, 1 KiB", "Decrypt, 1 KiB"]) {
      for (const connections of CONNECTIONS) {
        const result = await measure(load, servers, name, connections);
        results.push(result);
        say(line(result));
      }
    }
    return results;
  } finally {
    load.kill();
    for (const child of running) {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startAll(running, folder) {
  const node = process.execPath;
  const [ours, http, net] = await Promise.all([
    started(running, node, [CLI, "serve", "--data", folder, "--port", "0"]),
    started(running, node, [here("./floor.mjs"), "http"]),
    started(running, node, [here("./floor.mjs"), "net"]),
  ]);
  const moto = await startMoto(running);
  const same = () => "{}";
  return [
    { name: "ours", url: ours, bodies: await bodiesOf(ours) },
    { name: "moto", url: moto, bodies: await bodiesOf(moto) },
    { name: "http", url: http, bodies: same },
    { name: "net", url: net, bodies: same },
  ];
}

/** Starts a server whose first line is its address. */
async function started(running, program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  running.push(child);
  let said = "";
  for await (const piece of child.stdout) {
    said += piece;
    if (said.includes("\n")) break;
  }
  child.stdout.resume();
  return said.slice(0, said.indexOf("\n"));
}

/** From PyPI, in an environment of its own that the next run finds. */
async function startMoto(running) {
  const folder = join(TOOLS, `moto-${MOTO}`);
  const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const stamp = join(folder, "tabkms-complete");
  if (!existsSync(stamp)) {
    await step(`installing moto ${MOTO} from PyPI, once`, async () => {
      await run("python3", ["-m", "venv", "--clear", folder]);
      const install = ["-m", "pip", "install", "--quiet", `moto[server]==${MOTO}`];
      await run(join(bin, "python"), install, { remedy: "check the connection to PyPI" });
    });
    writeFileSync(stamp, "");
  }
  const port = await freePort();
  running.push(spawn(join(bin, "moto_server"), ["-p", String(port)], { stdio: "ignore" }));
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const isThere = await fetch(url).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (isThere) return url;
    await sleep(100);
  }
  throw new Error("moto_server does not answer");
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const TYPE = "application/x-amz-json-1.1";
const SIGNED =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/us-east-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, " +
  `Signature=${"0".repeat(64)}`;

/** The bodies of the operations, of a key that the server makes for it. */
async function bodiesOf(url) {
  const send = async (operation, members) => {
    const headers = {
      "content-type": TYPE,
      "x-amz-target": `TrentService.${operation}`,
      authorization: SIGNED,
    };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(members) });
    if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
    return response.json();
  };
  const { KeyId } = (await send("CreateKey", {})).KeyMetadata;
  const Plaintext = randomBytes(1024).toString("base64");
  const { CiphertextBlob } = await send("Encrypt", { KeyId, Plaintext });
  const bodies = {
    GenerateDataKey: { KeyId, KeySpec: "AES_256" },
    "Encrypt, 1 KiB": { KeyId, Plaintext },
    "Decrypt, 1 KiB": { CiphertextBlob },
  };
  return (name) => JSON.stringify(bodies[name]);
}

/** A request with the headers that botocore sends. */
function requestOf(url, name, body) {
  const [operation] = name.split(",");
  const lines = [
    "POST / HTTP/1.1",
    `Host: ${new URL(url).host}`,
    "Accept-Encoding: identity",
    `X-Amz-Target: TrentService.${operation}`,
    `Content-Type: ${TYPE}`,
    "User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.12.1",
    "X-Amz-Date: 20250101T000000Z",
    `Authorization: ${SIGNED}`,
    "amz-sdk-invocation-id: 3f2b1c52-5f0c-4f1b-8f4e-0f3c7f6f2f60",
    "amz-sdk-request: attempt=1",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** The medians of the rounds, taken by turns, and those of the quotients, round by round. */
async function measure(load, servers, name, connections) {
  const ask = async ({ url, bodies }, milliseconds) => {
    const request = requestOf(url, name, bodies(name));
    const { port } = new URL(url);
    load.send({ port: Number(port), connections, milliseconds, request });
    const { perSecond, refused } = await new Promise((done) => load.once("message", done));
    if (refused > 0) throw new Error(`${name}: ${refused} answers of ${url} were not 200`);
    return perSecond;
  };
  for (const server of servers) await ask(server, 2 * ROUND);
  const rounds = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    const round = {};
    for (const server of servers) round[server.name] = await ask(server, ROUND);
    rounds.push(round);
  }
  const of = (value) => median(rounds.map(value));
  return {
    name: `${name}, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    perSecond: Math.round(of(({ ours }) => ours)),
    moto: Math.round(of(({ moto }) => moto)),
    emptyHttp: Math.round(of(({ http }) => http)),
    emptyNet: Math.round(of(({ net }) => net)),
    times: of(({ ours, moto }) => ours / moto),
    promised: PROMISED,
    /** Microseconds that a request takes beyond those of sockets alone, where the server is what is busy. */
    beyondNet: of(({ ours, net }) => 1e6 / ours - 1e6 / net),
  };
}

function line({ name, perSecond, moto, times, emptyHttp, emptyNet, beyondNet }) {
  const verdict = times >= PROMISED ? "reached" : `MISSED ${PROMISED}`;
  return (
    `  ${name.padEnd(32)} ${String(perSecond).padStart(7)}/s of moto's ${String(moto).padStart(5)}/s, ${times.toFixed(1)} times  ${verdict}` +
    `  (empty node:http ${emptyHttp}/s, empty node:net ${emptyNet}/s; ${Math.round(beyondNet)} µs of ours a request)`
  );
}
