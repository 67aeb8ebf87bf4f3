#!/usr/bin/env python3
"""Test vectors for the per-call key's derivation, from pyca/cryptography's KBKDFHMAC.

    scripts/vectors-kdf.py    writes tests/vectors/nist/kbkdf-pyca.json anew, always the same

NIST's own vectors know only an opaque fixed input; these have the label and the context in the layout that
SP 800-108r1, section 4.1 gives: label, a zero byte, context, the length in bits. `pip install cryptography` first.
"""

import hashlib
import json
import pathlib

import cryptography
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/vectors/nist/kbkdf-pyca.json"
# Lengths in bytes of the key, the label and the context: around the block of SHA-256 and beyond.
LENGTHS = [(32, 5, 16), (32, 1, 1), (32, 40, 200), (16, 9, 63), (64, 9, 64), (65, 9, 65), (200, 100, 1000)]


def text(seed, length):
    return hashlib.shake_256(seed.encode()).digest(length)


def case(key, label, context):
    kdf = KBKDFHMAC(hashes.SHA256(), Mode.CounterMode, 32, 4, 4, CounterLocation.BeforeFixed, label, context, None)
    derived = kdf.derive(key)
    return {name: value.hex() for name, value in locals().items() if isinstance(value, bytes)}


cases = [case(text(f"key {n}", k), text(f"label {n}", m), text(f"context {n}", c)) for n, (k, m, c) in enumerate(LENGTHS)]
source = f"pyca/cryptography {cryptography.__version__}, KBKDFHMAC, by scripts/vectors-kdf.py"
rows = ",\n".join("    " + json.dumps(row) for row in cases)
OUT.write_text(f'{{\n  "source": {json.dumps(source)},\n  "cases": [\n{rows}\n  ]\n}}\n')
