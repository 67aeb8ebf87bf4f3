"""How fast the AWS Encryption SDK for Python is under an AES key of one's own, for tests/bench/envelope."""

import os
import time

from aws_encryption_sdk.identifiers import AlgorithmSuite

import messages


def rate(keyring, suite, length, frame_length, way, seconds):
    """Messages of `length` bytes a second, encrypted or decrypted one after another for at least so long."""
    algorithm = AlgorithmSuite.get_by_id(suite)
    ring = messages.keyring_of("", **keyring)
    plaintext = os.urandom(length)

    def encrypt():
        more = {"algorithm": algorithm, "frame_length": frame_length}
        return messages.strict.encrypt(source=plaintext, keyring=ring, **more)[0]

    message = encrypt()
    call = (
        encrypt
        if way == "encrypt"
        else lambda: messages.strict.decrypt(source=message, keyring=ring)
    )
    started = time.perf_counter()
    count = 0
    while time.perf_counter() - started < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - started)


ACTIONS = {"rate": rate}
