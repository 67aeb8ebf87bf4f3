//! The wire: values, request and answer shapes, the constraints of the service model, and the errors.

pub mod error;
pub mod value;

pub use error::KmsError;
pub use value::{SensitiveBlob, Value};
