// AWS JSON 1.1 by hand: what arrives otherwise than the SDKs would send it.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms } from "../../dist/index.js";
import { regionOf } from "../../dist/wire.js";

const TYPE = "application/x-amz-json-1.1";

async function open(t) {
  const kms = await Kms.open({ store: "memory" });
  t.after(() => kms.close());
  const handler = kms.requestHandler();
  /** Status, and the members of the answer. */
  const post = async (
    operation,
    body,
    { type = TYPE, target = `TrentService.${operation}` } = {},
  ) => {
    const headers = {
      ...(type !== null && { "Content-Type": type }),
      ...(target !== null && { "X-Amz-Target": target }),
    };
    const { response } = await handler.handle({ headers, body });
    assert.equal(response.headers["content-type"], TYPE);
    assert.match(response.headers["x-amzn-requestid"], /^[0-9a-f-]{36}$/);
    assert.equal("date" in response.headers, false, "the SDKs would set their clock by it");
    const text = new TextDecoder().decode(response.body);
    return { status: response.statusCode, text, answer: text && JSON.parse(text) };
  };
  return { kms, post };
}

test("an answer has base64 for blobs and seconds for times", async (t) => {
  const { kms, post } = await open(t);
  const { status, answer } = await post("CreateKey", "{}");
  assert.equal(status, 200);
  const { KeyId, CreationDate } = answer.KeyMetadata;
  assert.equal(typeof CreationDate, "number");
  assert.ok(Math.abs(CreationDate - Date.now() / 1000) < 60);
  const { KeyMetadata } = await kms.send("DescribeKey", { KeyId });
  assert.equal(KeyMetadata.CreationDate.getTime(), Math.round(CreationDate * 1000));

  const Plaintext = Buffer.from("super secret text").toString("base64");
  const sealed = await post("Encrypt", JSON.stringify({ KeyId, Plaintext }));
  assert.match(sealed.answer.CiphertextBlob, /^AQICAH[A-Za-z0-9+/]+={0,2}$/);
  const { CiphertextBlob } = sealed.answer;
  const opened = await post("Decrypt", JSON.stringify({ CiphertextBlob }));
  assert.equal(opened.answer.Plaintext, Plaintext);
});

test("an operation that answers nothing has an empty body", async (t) => {
  const { post } = await open(t);
  const { KeyId } = (await post("CreateKey", "{}")).answer.KeyMetadata;
  assert.deepEqual(await post("DisableKey", JSON.stringify({ KeyId })), {
    status: 200,
    text: "",
    answer: "",
  });
});

test("a body may be text, its UTF-8 or nothing, and its type have a charset", async (t) => {
  const { post } = await open(t);
  const bytes = new TextEncoder().encode("{}");
  for (const body of ["{}", bytes, bytes.buffer, "", undefined, null, new Uint8Array(0), " {} "]) {
    assert.equal((await post("ListKeys", body)).status, 200);
  }
  const type = "Application/X-Amz-Json-1.1; charset=utf-8";
  assert.equal((await post("ListKeys", "{}", { type })).status, 200);
});

test("times come as seconds, with or without a fraction", async (t) => {
  const { kms, post } = await open(t);
  const { KeyId } = (await kms.send("CreateKey", { Origin: "EXTERNAL" })).KeyMetadata;
  const input = { KeyId, ImportToken: "AAAA", EncryptedKeyMaterial: "AAAA" };
  const soon = Math.floor(Date.now() / 1000) + 86_400;
  for (const ValidTo of [soon, soon + 0.25]) {
    const { answer } = await post("ImportKeyMaterial", JSON.stringify({ ...input, ValidTo }));
    // The time is read; the token is at fault.
    assert.equal(answer.__type, "InvalidImportTokenException");
  }
  const { answer } = await post("ImportKeyMaterial", JSON.stringify({ ...input, ValidTo: "soon" }));
  assert.equal(answer.__type, "SerializationException");
});

test("what is no request is refused by name", async (t) => {
  const { kms, post } = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const encrypt = (Plaintext) => JSON.stringify({ KeyId, Plaintext });
  for (const [operation, body] of [
    ["ListKeys", "{"],
    ["ListKeys", "[]"],
    ["ListKeys", "null"],
    ["ListKeys", '"text"'],
    ["ListKeys", "{} {}"],
    ["ListKeys", "{'Limit':1}"],
    ["ListKeys", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["ListKeys", '{"Limit":"1"}'],
    ["DescribeKey", '{"KeyId":{"KeyId":"x"}}'],
    ["DescribeKey", '{"KeyId":"\\ud800"}'],
    ["Encrypt", encrypt("no base64")],
    ["Encrypt", encrypt("AAA")],
    ["Encrypt", encrypt("AA-_")],
    ["Encrypt", encrypt("=AAA")],
    ["Encrypt", encrypt(5)],
    ["Encrypt", encrypt([1, 2])],
    ["Encrypt", encrypt({ 0: 1 })],
  ]) {
    const { status, answer } = await post(operation, body);
    const what = typeof body === "string" ? body.slice(0, 60) : body;
    assert.deepEqual([status, answer.__type], [400, "SerializationException"], what);
    assert.equal(typeof answer.message, "string");
  }
  for (const wrong of [
    { type: "application/json" },
    { type: "application/x-amz-json-1.0" },
    { type: "text/plain" },
    { type: null },
    { target: "TrentService.NoSuchThing" },
    { target: "TrentService." },
    { target: "DynamoDB_20120810.ListKeys" },
    { target: "ListKeys" },
    { target: "" },
    { target: null },
    { target: "TrentService.toString" },
    { target: "TrentService.listkeys" },
  ]) {
    const { status, answer } = await post("ListKeys", "{}", wrong);
    const what = JSON.stringify(wrong);
    assert.deepEqual([status, answer.__type], [400, "UnknownOperationException"], what);
  }
  await assert.rejects(post("ListKeys", new ReadableStream()), TypeError);
  // And all is well afterwards.
  assert.equal((await post("ListKeys", "{}")).answer.Keys.length, 1);
});

test("a body nested however deeply is answered", async (t) => {
  const { post } = await open(t);
  for (const [open, close] of [
    ['{"Tags":[', "]}"],
    ['{"Tags":', "}"],
    ['{"Policy":', "}"],
    ['{"NoMember":', "}"],
  ]) {
    const body = `${open.repeat(50_000)}${open.endsWith("[") ? "" : "{}"}${close.repeat(50_000)}`;
    const { status, answer } = await post("CreateKey", body);
    if (open.includes("NoMember")) assert.equal(status, 200);
    else assert.match(answer.__type, /^(Serialization|Validation)Exception$/);
  }
});

test("the Region is the signature's, or else the host's", () => {
  const scope = (credential) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=00`,
  });
  const signed = scope("AKID/20250101/eu-west-1/kms/aws4_request");
  for (const [request, region] of [
    [{ headers: signed }, "eu-west-1"],
    [{ headers: signed, hostname: "kms.us-west-2.amazonaws.com" }, "eu-west-1"],
    [{ headers: {}, hostname: "kms.us-west-2.amazonaws.com" }, "us-west-2"],
    [{ headers: { Host: "kms.us-west-2.amazonaws.com:443" } }, "us-west-2"],
    [{ headers: {}, hostname: "kms-fips.us-gov-west-1.amazonaws.com" }, "us-gov-west-1"],
    [{ headers: {}, hostname: "kms.cn-north-1.amazonaws.com.cn" }, "cn-north-1"],
    [{ headers: {}, hostname: "kms.eu-west-3.api.aws" }, "eu-west-3"],
    [{ headers: {}, hostname: "localhost" }, undefined],
    [{ headers: {}, hostname: "kms.us-west-2.amazonaws.com.example.com" }, undefined],
    [{ headers: {} }, undefined],
    // The asymmetric signature names no Region in its scope.
    [{ headers: scope("AKID/20250101/kms/aws4_request") }, undefined],
    [{ headers: { authorization: "Basic AAAA" } }, undefined],
  ]) {
    assert.equal(regionOf(request), region, JSON.stringify(request));
  }
});
