#!/bin/sh
# Cargo's rustc wrapper (RUSTC_WRAPPER) for builds for wasm: 32-bit words for big integers, and for nothing else.
#
# RustCrypto's crates take 64-bit words on wasm32. That is right for AES and GHASH, which are twice as fast so; but wasm
# has no product of 128 bits, and each of those of the big integers becomes a dozen instructions. With 32-bit words the
# wasm file is 26 KB smaller (brotli), P-521 and secp256k1 are a third faster, and P-256 and P-384 a fifth slower. The
# setting is one for all crates, and cargo has none for a single dependency.
rustc=$1
shift
case " $* " in
  *" --crate-name crypto_bigint "* | *" --crate-name crypto_primes "* | *" --crate-name k256 "* | \
    *" --crate-name p256 "* | *" --crate-name p384 "* | *" --crate-name p521 "*)
    exec "$rustc" "$@" --cfg 'cpubits="32"'
    ;;
esac
exec "$rustc" "$@"
