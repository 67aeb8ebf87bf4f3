//! What happened, step by step, with the bytes: the playground draws it.
//!
//! Nobody listening costs one branch. What a trace may show is decided by type: root key, store key, key
//! material and per-call key can only be [`Bytes::Kept`]; data keys and plaintexts that an answer returned
//! anyway are [`Bytes::Shown`].

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::{DataKey, KeyMaterial, PerCallKey, StoreKey};

/// The most bytes of one artefact that a trace carries; a longer one is cut and says its whole length.
pub const MAX_SHOWN: usize = 64 * 1024;

/// Who does something, or has something done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person or program that calls.
    You,
    /// The service that stores objects.
    S3,
    /// KMS, outside of the HSM boundary: it parses, authorises, answers.
    Kms,
    /// Inside the HSM boundary: where key material is in use.
    Hsm,
    /// What is at rest.
    Storage,
}

impl Actor {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::S3 => "s3",
            Self::Kms => "kms",
            Self::Hsm => "hsm",
            Self::Storage => "storage",
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Bytes went from the actor to another (`to`).
    Send,
    /// A decision: authorisation, key state, limits.
    Check,
    /// Fresh random bytes.
    Generate,
    /// Sealed key material was opened for this one use.
    Unseal,
    /// A key was derived from another.
    Derive,
    /// Plaintext became ciphertext.
    Encrypt,
    /// Ciphertext became plaintext.
    Decrypt,
    /// A secret was overwritten with zeros.
    Discard,
    /// Bytes were put at rest.
    Store,
    /// Bytes were read from rest.
    Load,
    /// The actor refused; the exception follows.
    Refuse,
}

impl Action {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Check => "check",
            Self::Generate => "generate",
            Self::Unseal => "unseal",
            Self::Derive => "derive",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::Discard => "discard",
            Self::Store => "store",
            Self::Load => "load",
            Self::Refuse => "refuse",
        }
    }
}

/// What kind of thing an artefact is: one colour and one shape each, on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Wraps the store key; kept by the host.
    RootKey,
    /// Seals the records at rest.
    StoreKey,
    /// The backing key of a KMS key.
    KeyMaterial,
    /// Derived for one call.
    PerCallKey,
    /// A data key in plaintext.
    DataKey,
    /// A data key under a KMS key.
    EncryptedDataKey,
    /// Data in plaintext.
    Plaintext,
    /// Data encrypted.
    Ciphertext,
    /// The encryption context, not secret, bound to the ciphertext.
    EncryptionContext,
    /// A public random value.
    Nonce,
    /// The key derived from the data key for one message, and its commitment.
    MessageKey,
    /// The stored object.
    Object,
}

impl Kind {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RootKey => "root-key",
            Self::StoreKey => "store-key",
            Self::KeyMaterial => "key-material",
            Self::PerCallKey => "per-call-key",
            Self::DataKey => "data-key",
            Self::EncryptedDataKey => "encrypted-data-key",
            Self::Plaintext => "plaintext",
            Self::Ciphertext => "ciphertext",
            Self::EncryptionContext => "encryption-context",
            Self::Nonce => "nonce",
            Self::MessageKey => "message-key",
            Self::Object => "object",
        }
    }
}

/// The bytes of an artefact, or the reason why there are none to see.
#[derive(PartialEq)]
pub enum Bytes {
    /// Bytes that leave the core anyway, at most [`MAX_SHOWN`] of them; `length` is the whole length.
    Shown {
        /// The bytes, or their beginning.
        bytes: Zeroizing<Vec<u8>>,
        /// How many there are in all.
        length: u64,
    },
    /// A secret that stays where it is.
    Kept {
        /// What it is, in the hierarchy's words.
        what: &'static str,
        /// Its size in bits.
        bits: u32,
    },
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown { length, .. } => write!(f, "Shown({length} bytes)"),
            Self::Kept { what, bits } => write!(f, "Kept({what}, {bits} bits)"),
        }
    }
}

/// One thing that a step used or made.
#[derive(Debug, PartialEq)]
pub struct Artefact {
    /// What kind of thing.
    pub kind: Kind,
    /// Which one: an ARN, a material id, a context in words; may be empty.
    pub label: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Artefact {
    /// An artefact that may be seen.
    #[must_use]
    pub fn shown(kind: Kind, label: impl Into<String>, bytes: &[u8]) -> Self {
        Self::shown_prefix(kind, label, bytes, bytes.len() as u64)
    }

    /// The beginning of an artefact that is `length` bytes long in all.
    #[must_use]
    pub fn shown_prefix(kind: Kind, label: impl Into<String>, bytes: &[u8], length: u64) -> Self {
        let shown = bytes.get(..bytes.len().min(MAX_SHOWN)).unwrap_or_default();
        let bytes = Bytes::Shown { bytes: Zeroizing::new(shown.to_vec()), length };
        Self { kind, label: label.into(), bytes }
    }

    /// A data key whose plaintext the answer returns.
    #[must_use]
    pub fn data_key(label: impl Into<String>, key: &DataKey) -> Self {
        Self::shown(Kind::DataKey, label, key.expose())
    }

    fn kept(kind: Kind, label: impl Into<String>, what: &'static str) -> Self {
        Self { kind, label: label.into(), bytes: Bytes::Kept { what, bits: 256 } }
    }

    /// The root key: the host has it, the core never does.
    #[must_use]
    pub fn root_key() -> Self {
        Self::kept(Kind::RootKey, "", "root key")
    }

    /// The store key, kept.
    #[must_use]
    pub fn store_key(_: &StoreKey) -> Self {
        Self::kept(Kind::StoreKey, "", "store key")
    }

    /// A data key of `length` bytes whose plaintext no answer returns.
    #[must_use]
    pub fn kept_data_key(length: usize) -> Self {
        let bits = u32::try_from(length.saturating_mul(8)).unwrap_or(u32::MAX);
        Self { kind: Kind::DataKey, label: String::new(), bytes: Bytes::Kept { what: "data key", bits } }
    }

    /// Key material, kept; `label` is its id in hexadecimal.
    #[must_use]
    pub fn key_material(label: impl Into<String>, material: &KeyMaterial) -> Self {
        Self::private_key(label, material.expose().len().saturating_mul(8))
    }

    /// Key material of a known length in bits, kept: a private key of RSA; `label` is its id in hexadecimal.
    #[must_use]
    pub fn private_key(label: impl Into<String>, bits: usize) -> Self {
        let bits = u32::try_from(bits).unwrap_or(u32::MAX);
        let bytes = Bytes::Kept { what: "key material", bits };
        Self { kind: Kind::KeyMaterial, label: label.into(), bytes }
    }

    /// A per-call key, kept.
    #[must_use]
    pub fn per_call_key(_: &PerCallKey) -> Self {
        Self::kept(Kind::PerCallKey, "", "per-call key")
    }

    /// A message key, kept: whoever has it can read the object.
    #[must_use]
    pub fn message_key() -> Self {
        Self::kept(Kind::MessageKey, "", "message key")
    }
}

/// One step of what happened.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To whom, where bytes went to another.
    pub to: Option<Actor>,
    /// The algorithm by its standard's name, or what was checked; may be empty.
    pub detail: String,
    /// What went in.
    pub uses: Vec<Artefact>,
    /// What came out.
    pub makes: Vec<Artefact>,
}

/// Collects steps where somebody listens, and nothing where nobody does.
#[derive(Debug, Default)]
pub struct Trace(Option<Vec<Step>>);

impl Trace {
    /// Somebody listens.
    #[must_use]
    pub fn listening() -> Self {
        Self(Some(Vec::new()))
    }

    /// Nobody listens; [`Trace::step`] does nothing.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Whether somebody listens.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Adds the step that `make` describes; `make` runs only where somebody listens.
    pub fn step(&mut self, make: impl FnOnce() -> Step) {
        if let Some(steps) = &mut self.0 {
            steps.push(make());
        }
    }

    /// The steps so far, taken out.
    #[must_use]
    pub fn take(&mut self) -> Vec<Step> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

impl Step {
    /// A step of `actor` without artefacts; add them with [`Step::using`] and [`Step::making`].
    #[must_use]
    pub fn new(actor: Actor, action: Action, detail: impl Into<String>) -> Self {
        Self { actor, action, to: None, detail: detail.into(), uses: Vec::new(), makes: Vec::new() }
    }

    /// Names the receiver.
    #[must_use]
    pub fn to(mut self, actor: Actor) -> Self {
        self.to = Some(actor);
        self
    }

    /// Adds an artefact that went in.
    #[must_use]
    pub fn using(mut self, artefact: Artefact) -> Self {
        self.uses.push(artefact);
        self
    }

    /// Adds an artefact that came out.
    #[must_use]
    pub fn making(mut self, artefact: Artefact) -> Self {
        self.makes.push(artefact);
        self
    }
}
