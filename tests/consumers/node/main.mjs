import assert from "node:assert/strict";
import { Kms, KmsError, serve } from "tabkms";
import { connect } from "tabkms/client";
import { createEndpoint } from "tabkms/endpoint";

assert.equal(typeof connect, "function");
assert.equal(typeof serve, "function");
const kms = await Kms.open({ store: "memory" });
const { KeyMetadata } = await kms.send("CreateKey");
const fork = await kms.fork();
assert.ok(fork instanceof Kms);
await fork[Symbol.asyncDispose]();
await assert.rejects(kms.send("DescribeKey", { KeyId: "alias/none" }), (error) => {
  assert.ok(error instanceof KmsError);
  return error.name === "NotFoundException";
});
await kms.send("DescribeKey", { KeyId: KeyMetadata.KeyId });
const endpoint = createEndpoint(kms, { port: 0 });
const { url } = await endpoint.listen();
assert.equal((await (await fetch(`${url}/health`)).json()).keys, 1);
await endpoint.close();
await kms.close();
// What is closed may be closed again: `await using` does.
await kms[Symbol.asyncDispose]();
console.log("all is well");
