import assert from "node:assert/strict";
import { Kms, KmsError, serve } from "tabkms";
import { connect } from "tabkms/client";

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
await kms.close();
// What is closed may be closed again: `await using` does.
await kms[Symbol.asyncDispose]();
console.log("all is well");
