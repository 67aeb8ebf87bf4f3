// The AWS Encryption SDK for JavaScript, Node's half and the browser's: messages under KMS keyrings. They differ in the
// ends of their names alone. A keyring is told as `{ kind, … }`, in the words that python/messages.py knows as well.

/**
 * What encrypts and decrypts.
 * @param {object} sdk what @aws-crypto/client-node or client-browser exports
 * @param {"Node" | "Browser"} half what its names end with
 * @param {(region: string) => object} clientProvider makes a `KMS` of @aws-sdk/client-kms
 */
export function messagesOf(sdk, half, clientProvider) {
  const {
    buildClient,
    CommitmentPolicy,
    [`KmsKeyring${half}`]: Keyring,
    [`AwsKmsMrkAwareSymmetricKeyring${half}`]: MrkKeyring,
    [`AwsKmsMrkAwareSymmetricDiscoveryKeyring${half}`]: MrkDiscoveryKeyring,
    [`buildAwsKmsMrkAwareStrictMultiKeyring${half}`]: mrkMultiKeyring,
  } = sdk;
  const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const filterOf = (account) => ({ accountIDs: [account], partition: "aws" });

  const KEYRINGS = {
    one: ({ key }) => new Keyring({ generatorKeyId: key, clientProvider }),
    several: ({ generator, keys }) =>
      new Keyring({ generatorKeyId: generator, keyIds: keys, clientProvider }),
    mrk: ({ key }) => new MrkKeyring({ keyId: key, client: clientProvider(regionOf(key)) }),
    "several-mrk": ({ generator, keys }) =>
      mrkMultiKeyring({ generatorKeyId: generator, keyIds: keys, clientProvider }),
    // This SDK's asks the key's own Region, whichever it is.
    discovery: ({ account }) =>
      new Keyring({ discovery: true, discoveryFilter: filterOf(account), clientProvider }),
    "discovery-mrk": ({ region, account }) =>
      new MrkDiscoveryKeyring({
        client: clientProvider(region),
        discoveryFilter: filterOf(account),
      }),
  };
  const keyringOf = ({ kind, ...parts }) => KEYRINGS[kind](parts);

  return {
    encrypt: (keyring, plaintext, encryptionContext) =>
      attempt(async () => {
        const { result } = await client.encrypt(keyringOf(keyring), plaintext, {
          encryptionContext,
        });
        return { message: new Uint8Array(result) };
      }),
    /** What context is in it is for the caller to look at, says the SDK's documentation. */
    decrypt: (keyring, message) =>
      attempt(async () => {
        const { plaintext, messageHeader } = await client.decrypt(keyringOf(keyring), message);
        const context = { ...messageHeader.encryptionContext };
        return { plaintext: new Uint8Array(plaintext), context };
      }),
  };
}

function regionOf(arn) {
  return arn.split(":")[3];
}

/** What `work` answers, or what it is refused with, causes included. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    return { refused: [error, ...(error.errors ?? [])].map(String).join("\n") };
  }
}
