// The AWS Encryption SDK's half for browsers under a raw AES key, for tests/bench/envelope/chromium.mjs.

import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringWebCrypto,
  RawAesWrappingSuiteIdentifier,
} from "@aws-crypto/client-browser";

const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

globalThis.sdkWith = async (key) => {
  const masterKey = await RawAesKeyringWebCrypto.importCryptoKey(
    key,
    RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  );
  const keyring = new RawAesKeyringWebCrypto({
    keyNamespace: "bench",
    keyName: "key",
    masterKey,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
    utf8Sorting: true,
  });
  return {
    encrypt: async (plaintext, options) =>
      (await client.encrypt(keyring, plaintext, options)).result,
    decrypt: async (message) => (await client.decrypt(keyring, message)).plaintext,
  };
};
