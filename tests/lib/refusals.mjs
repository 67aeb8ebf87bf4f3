// By exception, a call that is refused with it, or why there can be none.

import { hmacKey, MacAlgorithm, Message, SigningAlgorithm, signingKey } from "./successes.mjs";
import { bytes, CERTIFICATE, CLUSTER, DAY, XKS } from "./world.mjs";

const NO_SUCH_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ARN = `arn:aws:kms:us-east-1:111122223333:key/${UUID}`;
const exactly = (text) => new RegExp(`^${text}$`);
const NOTHING = /^$/;

/** By exception: the call that meets it (operation, input, Region), and AWS's message where it is recorded. */
export const REFUSALS = {
  AlreadyExistsException: [
    async (w) => {
      const input = { AliasName: "alias/one", TargetKeyId: await w.key() };
      await w.send("CreateAlias", input);
      return ["CreateAlias", input];
    },
    exactly("An alias with the name arn:aws:kms:us-east-1:111122223333:alias/one already exists"),
  ],
  CloudHsmClusterInUseException: [
    async (w) => {
      await w.keyStore({ connected: false });
      return [
        "CreateCustomKeyStore",
        {
          CustomKeyStoreName: "another",
          CloudHsmClusterId: CLUSTER,
          TrustAnchorCertificate: CERTIFICATE,
          KeyStorePassword: "password",
        },
      ];
    },
  ],
  // "An automatic rotation of this key is currently in progress or scheduled to begin within the next 20 minutes."
  ConflictException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
      await w.advance(90 * DAY - 19 * 60_000);
      return ["RotateKeyOnDemand", { KeyId }];
    },
  ],
  CustomKeyStoreHasCMKsException: [
    async (w) => {
      const { CustomKeyStoreId } = await w.keyInStore();
      await w.send("DisconnectCustomKeyStore", { CustomKeyStoreId });
      await w.settle();
      return ["DeleteCustomKeyStore", { CustomKeyStoreId }];
    },
  ],
  CustomKeyStoreInvalidStateException: [
    async (w) => ["DeleteCustomKeyStore", { CustomKeyStoreId: await w.keyStore() }],
  ],
  CustomKeyStoreNameInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, CustomKeyStoreName: "name" });
      return [
        "CreateCustomKeyStore",
        {
          CustomKeyStoreName: "name",
          CloudHsmClusterId: CLUSTER,
          TrustAnchorCertificate: CERTIFICATE,
          KeyStorePassword: "password",
        },
      ];
    },
  ],
  CustomKeyStoreNotFoundException: [
    async () => ["ConnectCustomKeyStore", { CustomKeyStoreId: "cks-1234567890abcdef0" }],
  ],
  DisabledException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("DisableKey", { KeyId });
      return ["Encrypt", { KeyId, Plaintext: Message }];
    },
    exactly(`${ARN} is disabled\\.`),
  ],
  DryRunOperationException: [
    async (w) => ["Encrypt", { KeyId: await w.key(), Plaintext: Message, DryRun: true }],
    exactly("The request would have succeeded, but the DryRun option is set\\."),
  ],
  ExpiredImportTokenException: [
    async (w) => {
      const input = await w.importInput(await w.key({ Origin: "EXTERNAL" }), w.material());
      await w.advance(DAY + 1);
      return ["ImportKeyMaterial", input];
    },
  ],
  IncorrectKeyException: [
    async (w) => {
      const CiphertextBlob = await w.encrypt(await w.key());
      return ["Decrypt", { KeyId: await w.key(), CiphertextBlob }];
    },
    exactly("The key ID in the request does not identify a CMK that can perform this operation\\."),
  ],
  IncorrectKeyMaterialException: [
    async (w) => {
      const { KeyId } = await w.importedKey();
      await w.send("DeleteImportedKeyMaterial", { KeyId });
      return ["ImportKeyMaterial", await w.importInput(KeyId, w.material())];
    },
  ],
  InvalidAliasNameException: [
    async (w) => ["CreateAlias", { AliasName: "alias/aws/mine", TargetKeyId: await w.key() }],
  ],
  InvalidArnException: [async () => ["DescribeKey", { KeyId: "arn:aws:s3:::bucket" }]],
  InvalidCiphertextException: [
    async () => ["Decrypt", { CiphertextBlob: bytes("no ciphertext") }],
    NOTHING,
  ],
  InvalidGrantIdException: [
    async (w) => ["RevokeGrant", { KeyId: await w.key(), GrantId: "no grant" }],
  ],
  InvalidGrantTokenException: [
    async (w) => [
      "Encrypt",
      { KeyId: await w.key(), Plaintext: Message, GrantTokens: ["no token"] },
    ],
  ],
  InvalidImportTokenException: [
    async (w) => {
      const input = await w.importInput(await w.key({ Origin: "EXTERNAL" }), w.material());
      return ["ImportKeyMaterial", { ...input, KeyId: await w.key({ Origin: "EXTERNAL" }) }];
    },
  ],
  InvalidKeyUsageException: [
    async (w) => ["Encrypt", { KeyId: await signingKey(w), Plaintext: Message }],
    exactly(`${ARN} key usage is SIGN_VERIFY which is not valid for Encrypt\\.`),
  ],
  InvalidMarkerException: [async () => ["ListKeys", { Marker: "no marker" }]],
  KMSInvalidMacException: [
    async (w) => {
      const Mac = new Uint8Array(32);
      return ["VerifyMac", { KeyId: await hmacKey(w), Message, MacAlgorithm, Mac }];
    },
    NOTHING,
  ],
  KMSInvalidSignatureException: [
    async (w) => {
      const Signature = new Uint8Array(70);
      return ["Verify", { KeyId: await signingKey(w), Message, SigningAlgorithm, Signature }];
    },
    NOTHING,
  ],
  KMSInvalidStateException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("ScheduleKeyDeletion", { KeyId });
      return ["Encrypt", { KeyId, Plaintext: Message }];
    },
    exactly(`${ARN} is pending deletion\\.`),
  ],
  LimitExceededException: [
    async (w) => {
      const KeyId = await w.key();
      for (let count = 0; count < 25; count++) await w.send("RotateKeyOnDemand", { KeyId });
      return ["RotateKeyOnDemand", { KeyId }];
    },
  ],
  MalformedPolicyDocumentException: [
    async (w) => ["PutKeyPolicy", { KeyId: await w.key(), Policy: "no policy" }],
  ],
  NotFoundException: [
    async () => ["DescribeKey", { KeyId: NO_SUCH_KEY }],
    exactly(`Key 'arn:aws:kms:us-east-1:111122223333:key/${NO_SUCH_KEY}' does not exist`),
  ],
  TagException: [
    async (w) => [
      "TagResource",
      { KeyId: await w.key(), Tags: [{ TagKey: "aws:mine", TagValue: "v" }] },
    ],
  ],
  UnsupportedOperationException: [
    async (w) => {
      const input = { KeyId: await w.key(), WrappingKeySpec: "RSA_2048" };
      return ["GetParametersForImport", { ...input, WrappingAlgorithm: "RSAES_OAEP_SHA_256" }];
    },
    exactly(`${ARN} origin is AWS_KMS which is not valid for this operation\\.`),
  ],
  XksKeyAlreadyInUseException: [
    async (w) => {
      const CustomKeyStoreId = await w.externalKeyStore();
      const input = { Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "one" };
      await w.key(input);
      return ["CreateKey", input];
    },
  ],
  XksProxyUriInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false });
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS }];
    },
  ],
  // An endpoint may be shared by its paths where it is public; as a VPC endpoint service's private name it may not.
  XksProxyUriEndpointInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, ...VPC });
      const other = {
        XksProxyVpcEndpointServiceName: `${VPC_SERVICE}1`,
        XksProxyUriPath: "/other/kms/xks/v1",
      };
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS, ...VPC, ...other }];
    },
  ],
  XksProxyVpcEndpointServiceInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, ...VPC });
      const other = { XksProxyUriEndpoint: "https://other.example.com" };
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS, ...VPC, ...other }];
    },
  ],
};

const VPC_SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0";
const VPC = {
  XksProxyConnectivity: "VPC_ENDPOINT_SERVICE",
  XksProxyVpcEndpointServiceName: VPC_SERVICE,
};

const CLUSTER_PARTY =
  "the CloudHSM cluster would say it; a connection here is a switch, nothing is spoken to";
const PROXY_PARTY = "the external key store proxy would say it; a connection here is a switch";
const FAULT = "a fault of the service itself, which a caller cannot bring about";

/** The exceptions that no call can meet, and why. */
export const OUT_OF_REACH = {
  CloudHsmClusterInvalidConfigurationException: CLUSTER_PARTY,
  CloudHsmClusterNotActiveException: CLUSTER_PARTY,
  CloudHsmClusterNotFoundException: CLUSTER_PARTY,
  CloudHsmClusterNotRelatedException: CLUSTER_PARTY,
  IncorrectTrustAnchorException: CLUSTER_PARTY,
  DependencyTimeoutException: "nothing here is waited for: the store is in memory or on this disk",
  KMSInternalException: FAULT,
  KeyUnavailableException: FAULT,
  XksKeyInvalidConfigurationException: PROXY_PARTY,
  XksKeyNotFoundException: PROXY_PARTY,
  XksProxyIncorrectAuthenticationCredentialException: PROXY_PARTY,
  XksProxyInvalidConfigurationException: PROXY_PARTY,
  XksProxyInvalidResponseException: PROXY_PARTY,
  XksProxyUriUnreachableException: PROXY_PARTY,
  XksProxyVpcEndpointServiceInvalidConfigurationException: PROXY_PARTY,
  XksProxyVpcEndpointServiceNotFoundException: PROXY_PARTY,
};
