#!/usr/bin/env python3
"""Test vectors for the message format, from the AWS Encryption SDK for Python.

    scripts/vectors-envelope.py            writes tests/vectors/envelope/*.json anew
    scripts/vectors-envelope.py --check    opens those again with the SDK, and then what tabkms writes

Each message is of suite 0x0478, framed, under a data key that the vector names. The SDK is installed into
tests/.tmp, at the version below. Message ids are random, so that a new run writes other messages.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import venv

SDK_VERSION = "4.0.7"
ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "vectors" / "envelope"
TMP = ROOT / "tests" / ".tmp"
VENV = TMP / "envelope-venv"
OURS = TMP / "envelope-written-by-tabkms.json"


def inside_venv():
    """Runs this script again with the SDK's interpreter, after installing the SDK where it is missing."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not python.exists():
        print(f"making {VENV.relative_to(ROOT)}")
        venv.create(VENV, with_pip=True)
    wanted = f"aws-encryption-sdk=={SDK_VERSION}"
    have = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
    if wanted not in have.stdout.splitlines():
        print(f"installing {wanted}")
        subprocess.run([python, "-m", "pip", "install", "--quiet", wanted], check=True)
    os.execv(python, [str(python), str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def cases():
    """Name, frame length in bytes, plaintext length in bytes, encryption context, how many encrypted data keys."""
    s3 = {"aws:s3:arn": "arn:aws:s3:::bucket/key"}
    many = {"purpose": "test", "ключ": "значение", "鍵": "値", "clé": "", "𝒦": "\U0001f511", "": "empty key"}
    # The SDK writes frame lengths that are multiples of 128 only; it reads others.
    for length in [0, 1, 127, 128, 129, 255, 256, 257, 1280]:
        yield f"frame 128, {length} bytes", 128, length, s3, 1
    for length in [4095, 4096, 4097]:
        yield f"frame 4096, {length} bytes", 4096, length, s3, 1
    yield "no context", 128, 100, {}, 1
    yield "context beyond ASCII", 128, 100, many, 1
    yield "three encrypted data keys", 128, 100, s3, 3


def provider(data_key, keys):
    """A master key provider of the SDK that hands out `data_key`, and says that `keys` are what encrypts it."""
    import attr
    from aws_encryption_sdk.identifiers import Algorithm
    from aws_encryption_sdk.key_providers.base import (
        MasterKey, MasterKeyConfig, MasterKeyProvider, MasterKeyProviderConfig,
    )
    from aws_encryption_sdk.structures import DataKey, EncryptedDataKey, MasterKeyInfo

    @attr.s(hash=True)
    class KeyConfig(MasterKeyConfig):
        provider_id = attr.ib(default="tabkms-test")
        ciphertext = attr.ib(default=b"")

    class Key(MasterKey):
        provider_id = None
        _config_class = KeyConfig

        def __init__(self, **kwargs):
            self.provider_id = self.config.provider_id

        def _info(self):
            return MasterKeyInfo(self.provider_id, self.key_id)

        def _generate_data_key(self, algorithm, encryption_context):
            return DataKey(self._info(), data_key, self.config.ciphertext)

        def _encrypt_data_key(self, data_key, algorithm, encryption_context):
            return EncryptedDataKey(self._info(), self.config.ciphertext)

        def _decrypt_data_key(self, encrypted_data_key, algorithm, encryption_context):
            assert encrypted_data_key.encrypted_data_key == self.config.ciphertext
            return DataKey(self._info(), data_key, self.config.ciphertext)

    def key(fields):
        return Key(
            key_id=bytes.fromhex(fields["info"]),
            provider_id=fields["provider"],
            ciphertext=bytes.fromhex(fields["ciphertext"]),
        )

    assert Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY.algorithm_id == 0x0478
    class Keys(MasterKeyProvider):
        provider_id = "tabkms-test"
        _config_class = MasterKeyProviderConfig

        def _new_master_key(self, key_id):
            return next(key(fields) for fields in keys if bytes.fromhex(fields["info"]) == key_id)

    result = Keys()
    for fields in keys:
        result.add_master_key(bytes.fromhex(fields["info"]))
    return result


def client():
    from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient

    return EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)


def write():
    from aws_encryption_sdk.identifiers import Algorithm

    vectors = []
    for name, frame_length, length, context, count in cases():
        data_key = os.urandom(32)
        plaintext = os.urandom(length)
        keys = [
            {
                "provider": "tabkms-test",
                "info": f"key-{number}".encode().hex(),
                "ciphertext": os.urandom(48).hex(),
            }
            for number in range(1, count + 1)
        ]
        message, _ = client().encrypt(
            source=plaintext,
            key_provider=provider(data_key, keys),
            encryption_context=context,
            algorithm=Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
            frame_length=frame_length,
        )
        # The SDK keeps the keys in a set: their order is the message's own.
        keys.sort(key=lambda fields: message.index(bytes.fromhex(fields["ciphertext"])))
        vectors.append(
            {
                "name": name,
                "dataKey": data_key.hex(),
                "messageId": message[3:35].hex(),
                "context": context,
                "keys": keys,
                "frameLength": frame_length,
                "plaintext": plaintext.hex(),
                "message": message.hex(),
            }
        )
    document = {
        "source": f"aws-encryption-sdk {SDK_VERSION} for Python (PyPI), written by scripts/vectors-envelope.py",
        "suite": "0x0478",
        "vectors": vectors,
    }
    path = VECTORS / "python-sdk.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"wrote {len(vectors)} messages to {path.relative_to(ROOT)}")


def check(path):
    vectors = json.loads(path.read_text())["vectors"]
    for vector in vectors:
        plaintext, header = client().decrypt(
            source=bytes.fromhex(vector["message"]),
            key_provider=provider(bytes.fromhex(vector["dataKey"]), vector["keys"]),
        )
        assert plaintext == bytes.fromhex(vector["plaintext"]), vector["name"]
        assert header.encryption_context == vector["context"], vector["name"]
        assert header.algorithm.algorithm_id == 0x0478, vector["name"]
    assert vectors, f"{path} has no messages"
    print(f"the SDK opens all {len(vectors)} messages of {path.relative_to(ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="open instead of write, ours as well")
    arguments = parser.parse_args()
    inside_venv()
    if not arguments.check:
        write()
        return
    check(VECTORS / "python-sdk.json")
    OURS.unlink(missing_ok=True)
    test = "envelope::tests::vectors::writes_messages_for_another_implementation"
    command = ["cargo", "test", "-p", "tabkms-core", "--lib", "--", "--ignored", "--exact", test]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "TABKMS_ENVELOPE_OUT": str(OURS)})
    check(OURS)


if __name__ == "__main__":
    main()
