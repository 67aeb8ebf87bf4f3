//! What a host may do faster than the core: RSA, which a browser computes natively and many times as fast as wasm.
//!
//! An operation asks its [`Context`]. Where the host has said that somebody is at the [`Desk`], the job is left there
//! and the plan ends; the host does the job and plans again with the result in hand. Where nobody is, or the host
//! declines, the core does it itself. Nothing has been changed by a plan that ended so.

use std::fmt;

use zeroize::Zeroizing;

use super::Context;
use super::signing::pair_error;
use crate::crypto::KeyMaterial;
use crate::crypto::pair::rsa::{self, Oaep, RsaSigning};
use crate::crypto::pair::{Pair, PairKind, Signed};
use crate::hierarchy::MaterialId;
use crate::model::{KmsError, SensitiveBlob};

/// A job for the host.
#[derive(Debug)]
pub enum HostJob {
    /// Make an RSA key with a modulus of `bits` and the public exponent 65537.
    GenerateRsa {
        /// 2048, 3072 or 4096.
        bits: usize,
    },
    /// Hash and sign a message.
    RsaSign {
        /// With this key.
        key: HostKey,
        /// In this way.
        algorithm: RsaSigning,
        /// The message itself, not its digest.
        message: SensitiveBlob,
    },
    /// Decrypt a ciphertext.
    RsaDecrypt {
        /// With this key.
        key: HostKey,
        /// In this way.
        algorithm: Oaep,
        /// The ciphertext, of any length.
        ciphertext: Vec<u8>,
    },
}

/// An RSA key for one job.
#[derive(Debug)]
pub struct HostKey {
    /// Which: a host that has taken it in before need not do so again.
    pub id: MaterialId,
    /// DER PKCS #8.
    pub pkcs8: KeyMaterial,
}

/// What came of a job.
pub enum HostResult {
    /// The key that was made, as DER PKCS #8.
    Made(KeyMaterial),
    /// The signature, as long as the modulus.
    Signed(Vec<u8>),
    /// The plaintext.
    Decrypted(Zeroizing<Vec<u8>>),
    /// The ciphertext does not open.
    Refused,
    /// The host cannot do it after all: the core does.
    Declined,
}

impl fmt::Debug for HostResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Made(_) => "Made",
            Self::Signed(_) => "Signed",
            Self::Decrypted(_) => "Decrypted",
            Self::Refused => "Refused",
            Self::Declined => "Declined",
        })
    }
}

/// Where a call leaves a job for the host and finds what came of it. One desk serves one call, from its first plan to
/// its last.
#[derive(Debug, Default)]
pub struct Desk {
    is_staffed: bool,
    asked: Option<HostJob>,
    answered: Option<(HostJob, HostResult)>,
    has_worked: bool,
}

impl Desk {
    /// Somebody is there: jobs are left.
    #[must_use]
    pub fn staffed() -> Self {
        Self { is_staffed: true, ..Self::default() }
    }

    /// Brings what came of a job that was asked for.
    pub fn answer(&mut self, job: HostJob, result: HostResult) {
        self.answered = Some((job, result));
    }

    /// Whether the core itself has computed with a private RSA key since this was asked last: its stack wants wiping.
    #[must_use]
    pub fn take_has_worked(&mut self) -> bool {
        std::mem::take(&mut self.has_worked)
    }

    /// The job that a plan has left.
    pub(crate) fn take_asked(&mut self) -> Option<HostJob> {
        self.asked.take()
    }

    /// The result of the job that `is_it`, if it is in hand; `None` where the core has to do it.
    ///
    /// # Errors
    /// Where the job has been left for the host: the plan ends here, and its error is never seen.
    fn ask(
        &mut self,
        is_it: impl Fn(&HostJob) -> bool,
        job: impl FnOnce() -> HostJob,
    ) -> Result<Option<HostResult>, KmsError> {
        match self.answered.take() {
            Some((job, result)) if is_it(&job) => {
                // One job a call: a second would find the first one's result used up when it is planned again.
                self.is_staffed = false;
                if !matches!(result, HostResult::Declined) {
                    return Ok(Some(result));
                }
            }
            _ if self.is_staffed => {
                self.asked = Some(job());
                return Err(KmsError::internal("the host has been asked"));
            }
            _ => {}
        }
        Ok(None)
    }
}

impl Context<'_> {
    /// A fresh key pair.
    pub(super) fn generate_pair(&mut self, kind: PairKind) -> Result<Pair, KmsError> {
        if let Some(bits) = kind.rsa_bits() {
            self.desk.has_worked = true;
            let is_it = |job: &HostJob| matches!(job, HostJob::GenerateRsa { bits: made } if *made == bits);
            let made = self.desk.ask(is_it, || HostJob::GenerateRsa { bits })?;
            // Read as what anybody else brings: whatever the host's encoding, ours is one.
            if let Some(HostResult::Made(pkcs8)) = made
                && let Ok(pair) = kind.import(pkcs8.expose())
            {
                return Ok(pair);
            }
        }
        kind.generate(self.random).map_err(|error| pair_error(error, ""))
    }

    /// Signs with an RSA key. WebCrypto hashes what it signs, so what is hashed already is signed by the core.
    pub(super) fn rsa_sign(
        &mut self,
        (id, material): (MaterialId, &KeyMaterial),
        (name, algorithm): (&str, RsaSigning),
        signed: Signed<'_>,
    ) -> Result<Vec<u8>, KmsError> {
        if let Signed::Message(wanted) = signed {
            let is_it = |job: &HostJob| match job {
                HostJob::RsaSign { key, algorithm: used, message } => {
                    key.id == id && *used == algorithm && message.expose() == wanted
                }
                _ => false,
            };
            let asked = self.desk.ask(is_it, || HostJob::RsaSign {
                key: HostKey::copy(id, material),
                algorithm,
                message: SensitiveBlob::new(wanted.to_vec()),
            })?;
            if let Some(HostResult::Signed(signature)) = asked {
                return Ok(signature);
            }
        }
        self.desk.has_worked = true;
        rsa::sign(material, algorithm, signed, self.random).map_err(|error| pair_error(error, name))
    }

    /// Decrypts with an RSA key.
    pub(super) fn rsa_decrypt(
        &mut self,
        (id, material): (MaterialId, &KeyMaterial),
        algorithm: Oaep,
        wanted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KmsError> {
        let is_it = |job: &HostJob| match job {
            HostJob::RsaDecrypt { key, algorithm: used, ciphertext } => {
                key.id == id && *used == algorithm && ciphertext == wanted
            }
            _ => false,
        };
        let asked = self.desk.ask(is_it, || HostJob::RsaDecrypt {
            key: HostKey::copy(id, material),
            algorithm,
            ciphertext: wanted.to_vec(),
        })?;
        match asked {
            Some(HostResult::Decrypted(plaintext)) => Ok(plaintext),
            Some(HostResult::Refused) => Err(KmsError::invalid_ciphertext()),
            _ => {
                self.desk.has_worked = true;
                rsa::decrypt(material, algorithm, wanted, self.random).map_err(|error| pair_error(error, ""))
            }
        }
    }
}

impl HostKey {
    /// A copy that the host wipes when it is done.
    fn copy(id: MaterialId, material: &KeyMaterial) -> Self {
        Self { id, pkcs8: KeyMaterial::new(Zeroizing::new(material.expose().to_vec())) }
    }
}
