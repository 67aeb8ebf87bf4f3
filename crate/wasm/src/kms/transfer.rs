//! A store as a file, and a file as a store.
//!
//! ```text
//! "tabkms" 00 01 | header length u32 big-endian | header | section | pieces
//! header:  CBOR [salt 16, rounds, IV 12, wrapped store key 48, IV 12, section length]
//! section: AES-256-GCM under the passphrase's key, everything before it as associated data, of
//!          CBOR [store, rows [[kind, id, generation, sealed or null]], bodies [[body, [[length, SHA-256]]]]]
//! pieces:  those of the bodies, one behind another, in the section's order: ciphertext as it stands at rest
//! ```
//!
//! Nothing can be left out, added or changed unnoticed: the section is authenticated as a whole and names every
//! piece by its hash.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use tabkms_core::api::Kms as Core;
use tabkms_core::crypto::{Random, StoreKey};
use tabkms_core::model::KmsError;
use tabkms_core::model::cbor::Cbor;
use tabkms_core::record;
use tabkms_core::store::Row;
use tabkms_services::s3::S3;
use wasm_bindgen::JsCast;
use web_sys::Blob;

use super::loading::Loading;
use super::opening::store_id;
use super::store_loop::{Inner, State};
use crate::error::{Failure, StorageError};
use crate::memory;
use crate::root_key::{ROUNDS, RootKey, derive_key, unwrap_bytes, wrap_bytes};
use crate::store::{self, Commit, Head, Outcome, PIECE_LEN, encode, read_all};
use crate::webcrypto::{self, settled, subtle};

const MAGIC: [u8; 8] = *b"tabkms\x00\x01";
const KEY_PURPOSE: &[u8] = b"tabkms store key, export 1";
/// Longer than any header that this version writes.
const LONGEST_HEADER: u32 = 4096;
const MOST_ROUNDS: u32 = 50_000_000;

struct Header {
    salt: Vec<u8>,
    rounds: u32,
    key_iv: Vec<u8>,
    wrapped: Vec<u8>,
    section_iv: Vec<u8>,
    section_length: u64,
}

record!(Header { salt: bytes, rounds, key_iv: bytes, wrapped: bytes, section_iv: bytes, section_length });

struct Section {
    store: String,
    rows: Vec<Row>,
    bodies: Vec<Body>,
}

record!(Section { store, rows, bodies });

struct Body {
    id: String,
    pieces: Vec<Piece>,
}

record!(Body { id, pieces });

struct Piece {
    length: u32,
    hash: Vec<u8>,
}

record!(Piece { length, hash: bytes });

impl Inner {
    /// Writes the whole store as one file. Bodies go from the store into the file piece by piece.
    pub(super) async fn export(self: &Rc<Self>, passphrase: &Uint8Array) -> Result<Blob, Failure> {
        self.refresh().await?;
        self.flush().await?;
        let snapshot = read_all(&*self.store).await?;
        let head = snapshot.head.ok_or(StorageError::Closed)?;
        let parts = Array::new();
        let mut bodies = Vec::new();
        for id in self.with(|state| state.s3.bodies().map(str::to_owned).collect::<Vec<_>>())? {
            let pieces = self.export_body(&head.store, &id, &parts).await?;
            bodies.push(Body { id, pieces });
        }
        // Tombstones are for other tabs of this store; a new one has none to tell.
        let mut rows = snapshot.rows;
        rows.retain(|row| row.sealed.is_some());
        let section = encode(&Section { store: head.store, rows, bodies });

        let mut source = self.draw()?;
        let mut drawn = [0; 40];
        source.fill(&mut drawn).map_err(KmsError::from)?;
        let (salt, ivs) = drawn.split_at(16);
        let (key_iv, section_iv) = ivs.split_at(12);
        let key = passphrase_key(passphrase, salt, ROUNDS).await?;
        let store_key = self.with(|state| StoreKey::copy_from(state.kms.store_key().expose()))?;
        let store_key = store_key.ok_or(StorageError::Closed)?;
        let wrapped = wrap_bytes(&key, &iv(key_iv)?, KEY_PURPOSE, store_key.expose()).await?;
        let header = encode(&Header {
            salt: salt.to_vec(),
            rounds: ROUNDS,
            key_iv: key_iv.to_vec(),
            wrapped: wrapped.to_vec(),
            section_iv: section_iv.to_vec(),
            section_length: u64::try_from(section.len()).unwrap_or(0).saturating_add(16),
        });
        let mut front = MAGIC.to_vec();
        front.extend_from_slice(&u32::try_from(header.len()).unwrap_or(0).to_be_bytes());
        front.extend_from_slice(&header);
        let section = Uint8Array::from(section.as_slice());
        let sealed = webcrypto::encrypt(&key, &iv(section_iv)?, &front, &section).await?;
        parts.unshift(&sealed);
        parts.unshift(&Uint8Array::from(front.as_slice()));
        Blob::new_with_u8_array_sequence(&parts).map_err(|thrown| StorageError::from_thrown(&thrown).into())
    }

    async fn export_body(&self, store: &str, body: &str, parts: &Array) -> Result<Vec<Piece>, Failure> {
        let mut pieces = Vec::new();
        loop {
            let index = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
            let Some(piece) = self.store.read_piece(store, body, index).await? else { return Ok(pieces) };
            pieces.push(Piece { length: piece.length(), hash: sha256(&piece).await? });
            // A Blob of its own: the browser may move it out of memory at once.
            let part = Blob::new_with_u8_array_sequence(&Array::of1(&piece));
            parts.push(&part.map_err(|thrown| StorageError::from_thrown(&thrown))?.into());
        }
    }

    /// Puts the store of a file in this one's place, after everything in it was verified.
    pub(super) async fn import(self: &Rc<Self>, file: &Blob, passphrase: &Uint8Array) -> Result<(), Failure> {
        let mut reader = Reader { file, at: 0.0 };
        let (header, front) = reader.header().await?;
        let key = passphrase_key(passphrase, &header.salt, header.rounds).await?;
        let wrapped = Uint8Array::from(header.wrapped.as_slice());
        let opened = unwrap_bytes(&key, &iv(&header.key_iv)?, KEY_PURPOSE, &wrapped).await?;
        let store_key =
            StoreKey::copy_from(&opened.ok_or(StorageError::WrongPassphrase)?).ok_or_else(damaged)?;
        let sealed = reader.take_long(header.section_length).await?;
        let section = webcrypto::decrypt(&key, &iv(&header.section_iv)?, &front, &sealed).await?;
        let section = section.ok_or_else(damaged)?;
        memory::reserve(section.length());
        let section: Section = decode(&section.to_vec())?;

        let (mut kms, mut s3) = (Core::new(store_key), S3::default());
        let rows = section.rows;
        let mut loading = Loading::new(&mut kms, &mut s3);
        rows.iter().try_for_each(|row| loading.take(row))?;
        loading.finish()?;
        let id = store_id(&mut self.draw()?)?;
        let result = match self.import_bodies(&mut reader, &id, &section.bodies).await {
            Ok(()) => self.replace(kms, s3, rows, &id).await,
            Err(failure) => Err(failure),
        };
        if result.is_err() {
            for body in &section.bodies {
                // What cannot be deleted now is found unused at the next opening.
                let _ = self.store.delete_body(&id, &body.id).await;
            }
        }
        result
    }

    async fn import_bodies(
        &self,
        reader: &mut Reader<'_>,
        store: &str,
        bodies: &[Body],
    ) -> Result<(), Failure> {
        for body in bodies {
            for (index, piece) in body.pieces.iter().enumerate() {
                if piece.length > PIECE_LEN {
                    return Err(damaged().into());
                }
                let bytes = reader.take(piece.length).await?;
                if sha256(&bytes).await? != *piece.hash {
                    return Err(damaged().into());
                }
                let index = u32::try_from(index).map_err(|_| damaged())?;
                self.store.put_piece(store, &body.id, index, bytes).await?;
            }
        }
        if reader.is_at_end() { Ok(()) } else { Err(damaged().into()) }
    }

    async fn replace(self: &Rc<Self>, kms: Core, s3: S3, rows: Vec<Row>, id: &str) -> Result<(), Failure> {
        let newest = rows.iter().map(|row| row.generation).max().unwrap_or_default();
        loop {
            self.refresh().await?;
            let root = self.current_root().await?;
            let expected = self.with(|state| state.head.clone())?;
            let head = Head { store: id.to_owned(), generation: expected.generation.max(newest).next() };
            let record = root.wrap(kms.store_key(), id, &mut self.draw()?).await?;
            let commit = Commit {
                expected: Some(expected),
                head: head.clone(),
                rows: rows.clone(),
                root: Some(record),
                replace: true,
                drop_bodies: Vec::new(),
            };
            if self.store.commit(commit).await? == Outcome::Committed {
                *self.state.borrow_mut() = Some(State { kms, s3, head, root });
                self.announce();
                return Ok(());
            }
        }
    }

    /// The root key that the store is under now: another tab may have changed it.
    async fn current_root(&self) -> Result<RootKey, Failure> {
        let (head, root) = self.with(|state| (state.head.clone(), state.root.clone()))?;
        match self.store.root().await? {
            Some(record) if !root.wrote(&record) => Ok(RootKey::open(&record, &head.store, None).await?.0),
            _ => Ok(root),
        }
    }
}

/// Reads a file from its beginning.
struct Reader<'a> {
    file: &'a Blob,
    at: f64,
}

impl Reader<'_> {
    async fn take(&mut self, length: u32) -> Result<Uint8Array, StorageError> {
        self.take_long(u64::from(length)).await
    }

    #[allow(clippy::cast_precision_loss)] // a file of 2^53 bytes does not fit anywhere
    async fn take_long(&mut self, length: u64) -> Result<Uint8Array, StorageError> {
        let end = self.at + length as f64;
        if end > self.file.size() {
            return Err(damaged());
        }
        let slice = self.file.slice_with_f64_and_f64(self.at, end);
        let slice = slice.map_err(|thrown| StorageError::from_thrown(&thrown))?;
        let buffer: ArrayBuffer = settled(Ok(slice.array_buffer())).await?.unchecked_into();
        self.at = end;
        Ok(Uint8Array::new(&buffer))
    }

    /// The header, and everything up to its end as it stands in the file.
    async fn header(&mut self) -> Result<(Header, Vec<u8>), StorageError> {
        let start = self.take(12).await?.to_vec();
        let (magic, length) = start.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(StorageError::Corrupt(
                "it is no tabkms export of a version that is known here".to_owned(),
            ));
        }
        let length = length.try_into().map(u32::from_be_bytes).map_err(|_| damaged())?;
        if length > LONGEST_HEADER {
            return Err(damaged());
        }
        let encoded = self.take(length).await?.to_vec();
        let header: Header = decode(&encoded)?;
        if !(ROUNDS..=MOST_ROUNDS).contains(&header.rounds) || header.salt.len() != 16 {
            return Err(damaged());
        }
        Ok((header, [start, encoded].concat()))
    }

    #[allow(clippy::float_cmp)] // both are whole numbers
    fn is_at_end(&self) -> bool {
        self.at == self.file.size()
    }
}

fn damaged() -> StorageError {
    StorageError::Corrupt("the file is not whole, or was altered".to_owned())
}

async fn passphrase_key(
    passphrase: &Uint8Array,
    salt: &[u8],
    rounds: u32,
) -> Result<web_sys::CryptoKey, StorageError> {
    if passphrase.length() == 0 {
        return Err(StorageError::PassphraseRequired);
    }
    derive_key(passphrase, salt, rounds).await
}

fn iv(bytes: &[u8]) -> Result<[u8; 12], StorageError> {
    bytes.try_into().map_err(|_| damaged())
}

fn decode<T: Cbor>(bytes: &[u8]) -> Result<T, StorageError> {
    store::decode(bytes).ok_or_else(damaged)
}

async fn sha256(bytes: &Uint8Array) -> Result<Vec<u8>, StorageError> {
    let digest = settled(subtle()?.digest_with_str_and_buffer_source("SHA-256", bytes)).await?;
    Ok(Uint8Array::new(&digest).to_vec())
}
