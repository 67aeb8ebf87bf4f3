// What no client sends: broken requests, slow and half-closed connections, floods. Each is answered in AWS's form or
// closed; the endpoint, a process of its own, never falls, never leaves a rejection unhandled (Node would end it), and
// serves everyone else meanwhile.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import test, { after, afterEach, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dial, parse, raw, SIGNED, served, start, TYPE } from "../lib/endpoint.mjs";

const LONG = process.env.TABKMS_LONG === "1";

let endpoint;
const cleanUps = [];

before(async () => {
  endpoint = await served({ after: (work) => cleanUps.push(work) });
});

// Whatever was done to it: it lives, and answers.
afterEach(async () => {
  assert.equal(endpoint.child.exitCode, null, endpoint.said.stderr.slice(-2_000));
  assert.equal((await endpoint.post("ListKeys")).status, 200);
});

after(async () => {
  endpoint.child.kill("SIGTERM");
  const { code, stderr } = await endpoint.exit;
  for (const work of cleanUps) work();
  assert.equal(code, 0);
  // Every line is one of the log's: no warning, no stack.
  for (const line of stderr.trimEnd().split("\n"))
    assert.doesNotThrow(() => JSON.parse(line), line);
});

/** What comes back for `pieces`, written one after the other. */
async function exchange(pieces, { port = endpoint.port, count = 1, end = false } = {}) {
  const wire = await dial(port);
  for (const piece of [pieces].flat()) {
    await wire.write(piece);
    await sleep(5);
  }
  if (end) wire.socket.end();
  const answers = await wire.answers(count);
  wire.socket.destroy();
  return answers;
}

/** The request in one piece, and in three, so that either way of reading it is asked. */
function* bothWays(request) {
  yield request;
  const middle = request.length >> 1;
  yield [request.slice(0, 9), request.slice(9, middle), request.slice(middle)];
}

// ---- Requests that are none of KMS's ----

const nested = "[".repeat(100_000) + "]".repeat(100_000);
const BROKEN = [
  ["no JSON", "{", {}, 400, "SerializationException"],
  ["no object", "[1]", {}, 400, "SerializationException"],
  ["null", "null", {}, 400, "SerializationException"],
  ["text behind", "{} {}", {}, 400, "SerializationException"],
  ["no UTF-8", Buffer.from('{"KeyId":"\xff"}', "latin1"), {}, 400, "SerializationException"],
  ["no base64", '{"KeyId":"a","Plaintext":"*"}', {}, 400, "SerializationException"],
  ["nested deeply", `{"Tags":${nested}}`, {}, 400, undefined],
  ["a prototype", '{"__proto__":{"KeyId":"a"},"constructor":1}', {}, 400, "ValidationException"],
  ["another type", "{}", { "Content-Type": "application/json" }, 400, "UnknownOperationException"],
  ["no type", "{}", { "Content-Type": undefined }, 400, "UnknownOperationException"],
  [
    "another service",
    "{}",
    { "X-Amz-Target": "DynamoDB_20120810.ListTables" },
    400,
    "UnknownOperationException",
  ],
  ["no target", "{}", { "X-Amz-Target": undefined }, 400, "UnknownOperationException"],
  [
    "an unknown target",
    "{}",
    { "X-Amz-Target": "TrentService.NoSuch" },
    400,
    "UnknownOperationException",
  ],
  [
    "an inherited target",
    "{}",
    { "X-Amz-Target": "TrentService.constructor" },
    400,
    "UnknownOperationException",
  ],
  [
    "a strange Region",
    "{}",
    { Authorization: SIGNED.replace("eu-west-1", "x\\'\"<") },
    400,
    undefined,
  ],
  [
    "a gzipped body",
    Buffer.from("1f8b0800", "hex"),
    { "Content-Encoding": "gzip" },
    400,
    "SerializationException",
  ],
];

for (const [what, body, headers, status, type] of BROKEN) {
  test(`${what}: an exception, and the connection stays`, async () => {
    const bytes = Buffer.from(body);
    const request = (extra) =>
      Buffer.concat([
        Buffer.from(
          raw("Encrypt", "", { headers: { ...headers, "Content-Length": bytes.length, ...extra } }),
        ),
        bytes,
      ]);
    for (const way of bothWays(request())) {
      const wire = await dial(endpoint.port);
      for (const piece of [way].flat()) {
        await wire.write(piece);
        await sleep(5);
      }
      const [answer] = await wire.answers();
      assert.equal(answer.status, status);
      assert.equal(answer.headers["content-type"], TYPE);
      const { __type, message } = JSON.parse(answer.body);
      assert.equal(typeof message, "string");
      if (type) assert.equal(__type, type);
      await wire.write(raw("ListKeys"));
      const [, next] = await wire.answers(2);
      assert.equal(next.status, 200);
      wire.socket.destroy();
    }
  });
}

// ---- Bodies ----

test("a body of a megabyte is read; one that says it is longer is refused before it comes", async () => {
  const MiB = 1 << 20;
  const long = (length) => `{"Description":"${"x".repeat(length - 18)}"}`;
  const [most] = await exchange(raw("CreateKey", long(MiB)));
  assert.equal(most.status, 400);
  assert.equal(JSON.parse(most.body).__type, "ValidationException");
  // The head alone: the body never comes.
  const [{ status, headers, body }] = await exchange(
    raw("CreateKey", "", { headers: { "Content-Length": MiB + 1 } }),
  );
  assert.equal(status, 413);
  assert.equal(headers["connection"], "close");
  assert.equal(JSON.parse(body).__type, "RequestEntityTooLargeException");
});

test("one that is sent all the same is refused so that its sender sees it", async () => {
  const wire = await dial(endpoint.port);
  await wire.write(raw("CreateKey", "", { headers: { "Content-Length": 8 << 20 } }));
  for (let piece = 0; piece < 8; piece++) await wire.write("x".repeat(1 << 20));
  const [{ status }] = await wire.answers();
  assert.equal(status, 413);
  await wire.ended;
  wire.socket.destroy();
});

test("one that never ends is refused where it has become too long, and cut off", async () => {
  const wire = await dial(endpoint.port);
  await wire.write(
    raw("CreateKey", "", {
      headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
    }),
  );
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const sending = (async () => {
    while (!wire.socket.destroyed && !wire.socket.readableEnded) await wire.write(chunk);
  })();
  const [{ status, headers }] = await wire.answers();
  assert.equal(status, 413);
  assert.equal(headers["connection"], "close");
  await wire.ended;
  wire.socket.destroy();
  await sending;
});

test("a chunked body is a body", async () => {
  const head = raw("CreateKey", "", {
    headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
  });
  const [{ status, body }] = await exchange([
    head,
    "1\r\n{\r\n",
    "1;a=b\r\n}\r\n",
    "0\r\nX: y\r\n\r\n",
  ]);
  assert.equal(status, 200);
  assert.ok(JSON.parse(body).KeyMetadata.KeyId);
});

test("a chunked body that breaks its own rules, and a length that is none, are no HTTP", async () => {
  const chunked = raw("CreateKey", "", {
    headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
  });
  for (const pieces of [
    [chunked, "zz\r\n{}\r\n"],
    [chunked, "1\r\n{}}}}\r\n"],
    raw("ListKeys", "", { headers: { "Content-Length": "-1" } }),
    raw("ListKeys", "", { headers: { "Content-Length": "1e3" } }),
    raw("ListKeys", "", { headers: { "Content-Length": "2, 2" } }),
    raw("ListKeys", "", { headers: { "Content-Length": "99999999999999999999" } }),
    raw("ListKeys", "{}", { headers: { "Transfer-Encoding": "chunked" } }),
    raw("ListKeys", "{}", { headers: { "content-length": 3 } }),
  ]) {
    const [answer] = await exchange(pieces);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers["connection"], "close");
    assert.equal(JSON.parse(answer.body).__type, "SerializationException");
  }
});

test("Expect: 100-continue is told to continue, or not to begin", async () => {
  const wire = await dial(endpoint.port);
  const expecting = (length) =>
    raw("ListKeys", "", { headers: { "Content-Length": length, Expect: "100-continue" } });
  await wire.write(expecting(2));
  while (wire.received() === "") await sleep(5);
  assert.equal(wire.received(), "HTTP/1.1 100 Continue\r\n\r\n");
  await wire.write("{}");
  const [{ status }] = await wire.answers();
  assert.equal(status, 200);
  wire.socket.destroy();
  const refused = await dial(endpoint.port);
  await refused.write(expecting(2 << 20));
  assert.equal((await refused.answers())[0].status, 413);
  assert.doesNotMatch(refused.received(), /100 Continue/);
  refused.socket.destroy();
  const [other] = await exchange(raw("ListKeys", "{}", { headers: { Expect: "a miracle" } }));
  assert.equal(other.status, 417);
});

// ---- Heads ----

test("what is no HTTP is answered in AWS's form and closed", async () => {
  const cases = {
    "\r\n\r\nGARBAGE\r\n\r\n": 400,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": 400,
    "GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n": 400,
    "POST / HTTP/1.1\r\n\r\n": 400,
    "POST / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n": 400,
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\0c\r\n\r\n": 400,
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n A: folded\r\n\r\n": 400,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": 400,
    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n": 400,
  };
  for (const [request, status] of Object.entries(cases)) {
    const wire = await dial(endpoint.port);
    await wire.write(Buffer.from(request, "latin1"));
    const answers = await wire.answers();
    assert.equal(answers.length, 1, JSON.stringify(request));
    assert.equal(answers[0].status, status, JSON.stringify(request));
    await wire.ended;
    wire.socket.destroy();
  }
});

test("headers that are too long or too many are refused as such", async () => {
  const [long] = await exchange(
    raw("ListKeys", "{}", { headers: { "X-Long": "x".repeat(20_000) } }),
  );
  assert.equal(long.status, 431);
  assert.ok(JSON.parse(long.body).message);
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`X-${at}`, "y"]));
  const [crowd] = await exchange(raw("ListKeys", "{}", { headers: many }));
  assert.equal(crowd.status, 431);
  const [line] = await exchange(
    raw("ListKeys", "{}", { line: `POST /${"x".repeat(20_000)} HTTP/1.1` }),
  );
  assert.equal(line.status, 431);
});

test("a header that is made to be looked through again and again costs no time", async () => {
  const blanks = " ".repeat(15_000);
  const cases = [
    [{ "X-Blank": `a${blanks}b` }, 200],
    [{ "X-Blank": `${blanks}\x01` }, 400],
    [{ Authorization: `AWS4-HMAC-SHA256 ${"Credential=".repeat(1_350)}` }, 400],
    [{ Authorization: `AWS4-HMAC-SHA256 ${"Credential=a/20250101/".repeat(680)}` }, 400],
    [{ Authorization: `AWS4-HMAC-SHA256 ${"Credential=a/20250101/b/".repeat(620)}` }, 400],
  ];
  for (const [headers, status] of cases) {
    const started = performance.now();
    for (let time = 0; time < 20; time++) {
      const [answer] = await exchange(raw("ListKeys", "{}", { headers }));
      assert.equal(answer.status, status);
    }
    // From each of its places they took 20 to 300 ms each; now less than one.
    const milliseconds = (performance.now() - started) / 20;
    assert.ok(milliseconds < 15, `${Object.values(headers)[0].slice(0, 40)}: ${milliseconds} ms`);
  }
});

test("a header that comes twice: the first counts, or both do, and nothing worse", async () => {
  const twice = raw("ListKeys").replace(
    "\r\n\r\n",
    "\r\nX-Amz-Target: TrentService.CreateKey\r\n\r\n",
  );
  const [target] = await exchange(twice);
  assert.equal(target.status, 400);
  assert.equal(JSON.parse(target.body).__type, "UnknownOperationException");
  const hosts = raw("ListKeys").replace("\r\n\r\n", "\r\nHost: attacker.example\r\n\r\n");
  assert.equal((await exchange(hosts))[0].status, 200);
  const rebound = raw("ListKeys", "{}", { headers: { Host: "attacker.example" } }).replace(
    "\r\n\r\n",
    "\r\nhost: 127.0.0.1\r\n\r\n",
  );
  assert.equal((await exchange(rebound))[0].status, 403);
});

test("HTTP/1.0 is answered and closed, with a Host and without", async () => {
  for (const headers of [{}, { Host: undefined }]) {
    const wire = await dial(endpoint.port);
    await wire.write(raw("ListKeys", "{}", { line: "POST / HTTP/1.0", headers }));
    const [{ status }] = await wire.answers();
    assert.equal(status, 200);
    await wire.ended;
    wire.socket.destroy();
  }
});

test("nobody is upgraded", async () => {
  const headers = { Connection: "Upgrade", Upgrade: "websocket" };
  const [{ status }] = await exchange(raw("ListKeys", "{}", { headers }));
  assert.equal(status, 200);
});

// ---- Connections ----

test("pipelined requests are answered in their order", async () => {
  const operations = ["CreateKey", "NoSuch", "ListKeys", "GenerateRandom", "CreateKey", "ListKeys"];
  const statuses = [200, 400, 200, 200, 200, 200];
  const all = operations.map((operation) =>
    raw(operation, operation === "GenerateRandom" ? '{"NumberOfBytes":8}' : "{}"),
  );
  for (const pieces of [[all.join("")], all, [all[0], all.slice(1).join("")]]) {
    const wire = await dial(endpoint.port);
    for (const piece of pieces) wire.socket.write(piece);
    const answers = await wire.answers(operations.length);
    wire.socket.destroy();
    assert.deepEqual(
      answers.map(({ status }) => status),
      statuses,
    );
    assert.ok(JSON.parse(answers[0].body).KeyMetadata);
    assert.ok(JSON.parse(answers[3].body).Plaintext);
  }
});

test("garbage behind a request does not cost its answer more than the connection", async () => {
  const answers = await exchange(`${raw("ListKeys")}GARBAGE\r\n\r\n`, { count: 2 });
  for (const { status } of answers) assert.ok([200, 400].includes(status));
});

test("a half-closed connection gets its answer", async () => {
  for (const way of bothWays(raw("CreateKey"))) {
    const [{ status }] = await exchange(way, { end: true });
    assert.equal(status, 200);
  }
});

test("a request that breaks off is nobody's", async () => {
  const whole = raw("CreateKey", '{"Description":"broken off"}');
  const before = JSON.parse((await endpoint.get("/health")).text).keys;
  for (let length = 1; length < whole.length; length += 7) {
    const wire = await dial(endpoint.port);
    await wire.write(whole.slice(0, length));
    if (length % 2 === 0) wire.socket.end();
    else wire.socket.resetAndDestroy();
    setTimeout(() => wire.socket.destroy(), 50);
  }
  await sleep(100);
  assert.equal(JSON.parse((await endpoint.get("/health")).text).keys, before);
});

test("who does not wait for the answer harms nobody", async () => {
  for (let turn = 0; turn < 200; turn++) {
    const wire = await dial(endpoint.port);
    wire.socket.write(raw("CreateKey"));
    if (turn % 3 === 0) wire.socket.write(raw("CreateKey"));
    if (turn % 2 === 0) wire.socket.resetAndDestroy();
    else wire.socket.destroy();
  }
});

test("who asks and never reads is not answered without end", async () => {
  const wire = await dial(endpoint.port);
  wire.socket.pause();
  let isFull = false;
  for (let turn = 0; turn < 4_000 && !isFull; turn++) {
    const request = raw("GenerateRandom", '{"NumberOfBytes":1024}').repeat(16);
    isFull = !wire.socket.write(request) && wire.socket.writableLength > 8 << 20;
  }
  assert.ok(
    isFull,
    "the endpoint took tens of megabytes of requests without giving their answers away",
  );
  assert.equal((await endpoint.post("ListKeys")).status, 200);
  wire.socket.destroy();
});

test("who is slow is told so and cut off, and no one waits for him", async (t) => {
  const { port, post } = await start(t, {
    headersTimeout: 300,
    requestTimeout: 600,
    keepAliveTimeout: 400,
  });
  const cases = {
    silent: [],
    "a head in drops": raw("ListKeys").slice(0, 40).split(""),
    "half a head": [raw("ListKeys").slice(0, 40)],
    "half a body": [raw("ListKeys").slice(0, -1)],
    "a body in drops": [
      raw("ListKeys", "", { headers: { "Content-Length": 40 } }),
      ..." ".repeat(39),
    ],
  };
  await Promise.all(
    Object.entries(cases).map(async ([what, pieces]) => {
      const started = performance.now();
      const wire = await dial(port);
      for (const piece of pieces) {
        if (wire.socket.destroyed || wire.socket.readableEnded) break;
        await wire.write(piece);
        await sleep(pieces.length > 2 ? 60 : 1);
      }
      await wire.ended;
      wire.socket.destroy();
      assert.ok(performance.now() - started < 5_000, what);
      const answers = parse(wire.received());
      for (const { status, body } of answers) {
        assert.equal(status, 408, what);
        assert.equal(JSON.parse(body).__type, "SerializationException");
      }
      if (what.includes("half")) assert.equal(answers.length, 1, what);
    }),
  );
  const idle = await dial(port);
  await idle.write(raw("ListKeys"));
  await idle.answers();
  await idle.ended;
  idle.socket.destroy();
  assert.equal((await post("ListKeys")).status, 200);
});

test("random bytes and randomly broken requests bring nothing down", async () => {
  const random = seeded(20_250_101);
  const rounds = LONG ? 5_000 : 500;
  const template = Buffer.from(
    raw("Encrypt", '{"KeyId":"alias/none","Plaintext":"AAAA"}', {
      headers: { Connection: "keep-alive", Origin: "http://localhost", Expect: "100-continue" },
    }),
  );
  for (let round = 0; round < rounds; round += 25) {
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const bytes = Buffer.from(template);
        const flips = random(12);
        for (let flip = 0; flip < flips; flip++) bytes[random(bytes.length)] = random(256);
        const cut = random(4) === 0 ? random(bytes.length) : bytes.length;
        const wire = await dial(endpoint.port);
        const middle = random(cut + 1);
        await wire.write(bytes.subarray(0, middle));
        await wire.write(bytes.subarray(middle, cut));
        await sleep(random(10));
        for (const { status } of parse(wire.received())) assert.ok(status >= 200 && status < 600);
        if (random(2) === 0) wire.socket.resetAndDestroy();
        else wire.socket.destroy();
      }),
    );
  }
});

/** Numbers below a bound, the same at every run (mulberry32). */
function seeded(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

// ---- Very many ----

const CROWD = fileURLToPath(new URL("../lib/crowd.mjs", import.meta.url));

for (const count of LONG ? [500, 10_000] : [500]) {
  test(`${count} connections at once are all served, and everyone else meanwhile`, async (t) => {
    // What else a process has open is some dozens.
    const files = openFiles();
    if (files < count + 200) {
      t.skip(`a process may have ${files} files open here: ulimit -n`);
      return;
    }
    // Of a process of its own: either end of a connection is a file.
    const crowd = fork(CROWD, [String(endpoint.port), String(count)], { stdio: "inherit" });
    t.after(() => crowd.kill());
    assert.deepEqual(await once(crowd, "message").then(([message]) => message), {
      connected: count,
    });
    for (let turn = 0; turn < 20; turn++) {
      const started = performance.now();
      assert.equal((await endpoint.post("ListKeys")).status, 200);
      assert.ok(performance.now() - started < 1_000);
    }
    crowd.send("ask");
    assert.deepEqual(await once(crowd, "message").then(([message]) => message), {
      answered: count,
    });
    crowd.disconnect();
    await once(crowd, "exit");
  });
}

function openFiles() {
  const limit = process.report.getReport().userLimits.open_files.soft;
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : limit;
}
