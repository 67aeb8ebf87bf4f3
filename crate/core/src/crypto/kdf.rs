//! Key derivation: NIST SP 800-108 in counter mode, as AWS documents for its per-call keys.
