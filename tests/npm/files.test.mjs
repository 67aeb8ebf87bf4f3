// Files through kms.envelope in this thread: pieces, targets, callers, cancelling. Through the worker: tests/e2e/page/files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Envelope } from "../../dist/envelope.js";
import { EnvelopeError, Kms } from "../../dist/index.js";
import { pattern } from "../lib/messages.mjs";

const BODY = pattern(20_000_003);
const CONTEXT = { purpose: "test", Größe: "42 €" };
const KEY = "alias/demo";

/** What `showSaveFilePicker` gives, as far as it is used: a file that is there once its stream is closed. */
class Target {
  stands = true;
  bytes = new Uint8Array();

  constructor(bytes = new Uint8Array()) {
    this.bytes = bytes;
  }

  async createWritable() {
    const parts = [];
    return new WritableStream({
      write: (chunk) => void parts.push(chunk),
      close: async () => {
        this.bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      },
    });
  }

  async getFile() {
    return new Blob([this.bytes]);
  }

  async remove() {
    this.stands = false;
  }
}

async function opened(t) {
  const kms = await Kms.open({ store: "memory" });
  t.after(() => kms.close());
  const { KeyMetadata } = await kms.send("CreateKey");
  await kms.send("CreateAlias", { AliasName: KEY, TargetKeyId: KeyMetadata.KeyId });
  return kms;
}

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

test("a file of any length goes and comes back, and tells how far it is", async (t) => {
  const kms = await opened(t);
  for (const length of [0, 1, 524_288, BODY.length]) {
    const file = new Blob([BODY.subarray(0, length)]);
    const told = [];
    const onProgress = (progress) => told.push(progress);
    const sealed = await kms.envelope.encryptFile(
      file,
      { keyIds: [KEY], context: CONTEXT },
      { onProgress },
    );
    assert.ok(sealed.size > length);
    if (length > 0) assert.deepEqual(told.at(-1), { done: length, total: length });
    const opened = await kms.envelope.decryptFile(sealed, { context: CONTEXT });
    assert.deepEqual(await bytesOf(opened), BODY.subarray(0, length));
    // The same format, and the same KMS.
    const { plaintext, context } = await new Envelope({ kms }).decrypt(await bytesOf(sealed));
    assert.deepEqual(plaintext, BODY.subarray(0, length));
    assert.deepEqual(context, CONTEXT);
  }
});

test("what is written into a file stands there once all of it was verified", async (t) => {
  const kms = await opened(t);
  const sealedInto = new Target();
  const sealed = await kms.envelope.encryptFile(new Blob([BODY]), {
    keyIds: [KEY],
    into: sealedInto,
  });
  assert.deepEqual(await bytesOf(sealed), sealedInto.bytes);
  const openedInto = new Target();
  await kms.envelope.decryptFile(sealed, { into: openedInto });
  assert.deepEqual(openedInto.bytes, BODY);

  const broken = sealedInto.bytes.slice();
  broken[broken.length - 1] ^= 1;
  const empty = new Target();
  const reason = { name: "EnvelopeError", reason: "FrameTag" };
  await assert.rejects(kms.envelope.decryptFile(new Blob([broken]), { into: empty }), reason);
  assert.deepEqual([empty.bytes.length, empty.stands], [0, false]);
  const kept = new Target(new Uint8Array([1, 2, 3]));
  await assert.rejects(kms.envelope.decryptFile(new Blob([broken]), { into: kept }), reason);
  assert.deepEqual([[...kept.bytes], kept.stands], [[1, 2, 3], true], "it is as it was");
});

test("a call that is stopped ends with AbortError, before and in the middle", async (t) => {
  const kms = await opened(t);
  const file = new Blob([BODY]);
  const into = new Target();
  await assert.rejects(
    kms.envelope.encryptFile(file, { keyIds: [KEY] }, { signal: AbortSignal.abort() }),
    { name: "AbortError" },
  );
  const controller = new AbortController();
  const long = { signal: controller.signal, onProgress: () => controller.abort() };
  await assert.rejects(kms.envelope.encryptFile(file, { keyIds: [KEY], into }, long), {
    name: "AbortError",
  });
  assert.deepEqual([into.bytes.length, into.stands], [0, false]);
});

test("the calls go out in the caller's name and to the caller's Region", async (t) => {
  const kms = await opened(t);
  await kms.iam.send("CreateUser", { UserName: "alice" });
  const principal = "arn:aws:iam::000000000000:user/alice";
  const file = new Blob(["text"]);
  await assert.rejects(kms.envelope.encryptFile(file, { keyIds: [KEY] }, { principal }), {
    name: "AccessDeniedException",
    message: /user\/alice is not authorized to perform: kms:GenerateDataKey/,
  });
  const sealed = await kms.envelope.encryptFile(file, { keyIds: [KEY] });
  const refused = await kms.envelope.decryptFile(sealed, {}, { principal }).catch((error) => error);
  assert.ok(refused instanceof EnvelopeError);
  assert.equal(refused.reason, "NoKeyOpens");
  assert.match(refused.detail, /^AccessDeniedException: .* perform: kms:Decrypt/);

  await assert.rejects(kms.envelope.encryptFile(file, { keyIds: [KEY] }, { region: "eu-west-1" }), {
    name: "NotFoundException",
  });
  const { KeyMetadata } = await kms.send("CreateKey", {}, { region: "eu-west-1" });
  const there = await kms.envelope.encryptFile(file, { keyIds: [KeyMetadata.Arn] });
  assert.equal(await (await kms.envelope.decryptFile(there)).text(), "text");
});

test("without commitment nothing is read or written, unless it is allowed", async (t) => {
  const kms = await opened(t);
  const file = new Blob(["text"]);
  const input = { keyIds: [KEY], suite: 0x0178 };
  const reason = { name: "EnvelopeError", reason: "SuiteNotAllowed" };
  await assert.rejects(kms.envelope.encryptFile(file, input), reason);
  const commitment = "FORBID_ENCRYPT_ALLOW_DECRYPT";
  const sealed = await kms.envelope.encryptFile(file, { ...input, commitment });
  await assert.rejects(kms.envelope.decryptFile(sealed), reason);
  const opened_ = await kms.envelope.decryptFile(sealed, { commitment });
  assert.equal(await opened_.text(), "text");
});

test("what is in a fork stays there", async (t) => {
  const kms = await opened(t);
  const fork = await kms.fork();
  t.after(() => fork.close());
  await fork.send("DisableKey", {
    KeyId: (await fork.send("DescribeKey", { KeyId: KEY })).KeyMetadata.KeyId,
  });
  const file = new Blob(["text"]);
  await assert.rejects(fork.envelope.encryptFile(file, { keyIds: [KEY] }), {
    name: "DisabledException",
  });
  await kms.envelope.encryptFile(file, { keyIds: [KEY] });
});
