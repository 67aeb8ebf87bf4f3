"""The AWS Encryption SDK for Python with the material providers library: messages under KMS keyrings.

A keyring is told as {"kind", …}, in the words of tests/interop/messages.mjs.
"""

import aws_encryption_sdk
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl import models
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.references import IClientSupplier
from aws_encryption_sdk import CommitmentPolicy
from aws_encryption_sdk.identifiers import AlgorithmSuite

from calls import client_of, refusals

_providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
strict = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
)
# For the suites without commitment.
_lenient = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
)


class _Supplier(IClientSupplier):
    """A client for each Region that a multi-keyring's keys are in."""

    def __init__(self, endpoint):
        self._endpoint = endpoint

    def get_client(self, param):
        return client_of(self._endpoint, param.region)


def _region_of(arn):
    return arn.split(":")[3]


def _filter(account):
    return models.DiscoveryFilter(account_ids=[account], partition="aws")


def _one(endpoint, key):
    return _providers.create_aws_kms_keyring(
        models.CreateAwsKmsKeyringInput(
            kms_key_id=key, kms_client=client_of(endpoint, _region_of(key))
        )
    )


def _several(endpoint, generator, keys):
    return _providers.create_aws_kms_multi_keyring(
        models.CreateAwsKmsMultiKeyringInput(
            generator=generator, kms_key_ids=keys, client_supplier=_Supplier(endpoint)
        )
    )


def _mrk(endpoint, key):
    return _providers.create_aws_kms_mrk_keyring(
        models.CreateAwsKmsMrkKeyringInput(
            kms_key_id=key, kms_client=client_of(endpoint, _region_of(key))
        )
    )


def _several_mrk(endpoint, generator, keys):
    return _providers.create_aws_kms_mrk_multi_keyring(
        models.CreateAwsKmsMrkMultiKeyringInput(
            generator=generator, kms_key_ids=keys, client_supplier=_Supplier(endpoint)
        )
    )


def _discovery(endpoint, region, account):
    return _providers.create_aws_kms_discovery_keyring(
        models.CreateAwsKmsDiscoveryKeyringInput(
            kms_client=client_of(endpoint, region), discovery_filter=_filter(account)
        )
    )


def _discovery_mrk(endpoint, region, account):
    return _providers.create_aws_kms_mrk_discovery_keyring(
        models.CreateAwsKmsMrkDiscoveryKeyringInput(
            kms_client=client_of(endpoint, region), region=region, discovery_filter=_filter(account)
        )
    )


def _raw(endpoint, namespace, name, key):
    """An AES key of one's own, of 32 bytes: no KMS is asked."""
    return _providers.create_raw_aes_keyring(
        models.CreateRawAesKeyringInput(
            key_namespace=namespace,
            key_name=name,
            wrapping_key=key,
            wrapping_alg=models.AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16,
        )
    )


_KEYRINGS = {
    "raw": _raw,
    "one": _one,
    "several": _several,
    "mrk": _mrk,
    "several-mrk": _several_mrk,
    "discovery": _discovery,
    "discovery-mrk": _discovery_mrk,
}


def keyring_of(endpoint, kind, **parts):
    return _KEYRINGS[kind](endpoint, **parts)


def _attempt(work):
    """What `work` returns, or what it is refused with: the SDK's error, which forgets the names of KMS's, and those."""
    refusals.clear()
    try:
        return work()
    except Exception as error:
        return {"refused": f"{error!r} after {refusals}"}


def encrypt(endpoint, keyring, plaintext, context, suite=None, frame_length=None):
    """A `suite` is told by its number; a `frame_length` of 0 leaves the content unframed."""

    def work():
        ring = keyring_of(endpoint, **keyring)
        more = {} if suite is None else {"algorithm": AlgorithmSuite.get_by_id(suite)}
        if frame_length is not None:
            more["frame_length"] = frame_length
        sdk = strict if suite is None or suite & 0xFF00 in (0x0400, 0x0500) else _lenient
        message, _ = sdk.encrypt(source=plaintext, keyring=ring, encryption_context=context, **more)
        return {"message": message}

    return _attempt(work)


def decrypt(endpoint, keyring, message, context=None):
    """`context` is held against the message's own, which may have more in it."""

    def work():
        ring = keyring_of(endpoint, **keyring)
        more = {} if context is None else {"encryption_context": context}
        sdk = strict if message[:1] == b"\x02" else _lenient
        plaintext, header = sdk.decrypt(source=message, keyring=ring, **more)
        return {"plaintext": plaintext, "context": dict(header.encryption_context)}

    return _attempt(work)


ACTIONS = {"encrypt": encrypt, "decrypt": decrypt}
