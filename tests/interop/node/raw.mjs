// The AWS Encryption SDK for JavaScript in Node under an AES key of one's own, in any suite.

import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from "@aws-crypto/client-node";

const strict = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const lenient = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);

/** @param {{ namespace: string, name: string, key: Uint8Array }} keyring its key has 32 bytes */
export function rawMessages({ namespace, name, key }) {
  // The SDK wants a buffer that holds nothing else.
  const isolated = new Uint8Array(key.length);
  isolated.set(key);
  const keyring = new RawAesKeyringNode({
    keyNamespace: namespace,
    keyName: name,
    unencryptedMasterKey: isolated,
    // By UTF-8 bytes, as the specification says; by UTF-16 units is how its older versions did.
    utf8Sorting: true,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  return {
    async encrypt(plaintext, { context, suite, frameLength }) {
      const client = suite >= 0x0400 ? strict : lenient;
      const { result } = await client.encrypt(keyring, plaintext, {
        encryptionContext: context,
        suiteId: suite,
        frameLength,
      });
      return plain(result);
    },
    async decrypt(message) {
      const client = message[0] === 2 ? strict : lenient;
      return plain((await client.decrypt(keyring, message)).plaintext);
    },
  };
}

/** A Buffer's bytes, uncopied. */
function plain({ buffer, byteOffset, length }) {
  return new Uint8Array(buffer, byteOffset, length);
}
