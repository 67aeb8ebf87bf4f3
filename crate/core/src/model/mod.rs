//! The wire: values, request and answer shapes, the constraints of the service model, and the errors.

pub mod cbor;
pub mod constraints;
pub mod error;
pub mod field;
pub mod hex;
pub mod json;
pub mod pairs;
pub mod parameters;
pub mod shape;
pub mod step;
pub mod time;
pub mod uuid;
pub mod validate;
pub mod value;
pub mod wire;

pub use error::{KmsError, RequestError, ServiceError};
pub use field::Field;
pub use pairs::Pairs;
pub use parameters::Parameters;
pub use time::Timestamp;
pub use uuid::Uuid;
pub use value::{SensitiveBlob, Value};
