const assert = require("node:assert/strict");
// Node 20.19 and newer load a module by require, as long as it does not wait while it loads.
const { Kms, KmsError } = require("tabkms");
const { connect } = require("tabkms/client");

async function main() {
  assert.equal(typeof connect, "function");
  const kms = await Kms.open({ store: "memory" });
  await kms.send("CreateKey");
  await assert.rejects(kms.send("DescribeKey", { KeyId: "alias/none" }), KmsError);
  await kms.close();
  console.log("all is well");
}

main();
