//! The states of a KMS key.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>

use crate::numbered;

/// What the owner has done with the key; the wire's `KeyState` follows from it, see [`super::Key::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In use.
    Enabled,
    /// Switched off.
    Disabled,
    /// Waiting out its deletion window, or for its replicas to go.
    PendingDeletion,
}

numbered!(Status { Enabled = 0, Disabled = 1, PendingDeletion = 2, });

/// AWS's `KeyState`: what the status, the material, the key store and the related keys come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// A replica that is being made.
    Creating,
    /// Works.
    Enabled,
    /// Switched off.
    Disabled,
    /// Gone on its date.
    PendingDeletion,
    /// Waits for key material.
    PendingImport,
    /// A primary key that is deleted once its replicas are gone.
    PendingReplicaDeletion,
    /// Its custom key store is not connected.
    Unavailable,
    /// Its primary Region is being changed.
    Updating,
}

impl KeyState {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingImport => "PendingImport",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::Unavailable => "Unavailable",
            Self::Updating => "Updating",
        }
    }

    /// What an exception says of a key in this state, behind its ARN.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Creating => "is creating.",
            Self::Enabled => "is enabled.",
            Self::Disabled => "is disabled.",
            Self::PendingDeletion => "is pending deletion.",
            Self::PendingImport => "is pending import.",
            Self::PendingReplicaDeletion => "is pending replica deletion.",
            Self::Unavailable => "is unavailable.",
            Self::Updating => "is updating.",
        }
    }

    /// Whether a deletion is pending, with or without a date.
    #[must_use]
    pub fn is_pending_deletion(self) -> bool {
        matches!(self, Self::PendingDeletion | Self::PendingReplicaDeletion)
    }
}
