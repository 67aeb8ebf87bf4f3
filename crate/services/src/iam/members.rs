//! The members of IAM's requests, with the constraints of the API reference. One list for all operations: a member
//! means the same in each that has it, and one that an operation does not have is not looked at.

use tabkms_core::model::validate::{Member, Shape};

/// A list of members that are or are not `required`.
macro_rules! members {
    ($required:literal, $($name:literal $shape:expr,)*) => {
        &[$(Member { name: $name, required: $required, shape: &$shape },)*]
    };
}

/// The members of all requests.
pub const MEMBERS: &[Member] = members! { false,
    "AccessKeyId" text(16, 128),
    "AssumeRolePolicyDocument" DOCUMENT,
    "Description" text(0, 1000),
    "Marker" text(1, 2048),
    "MaxItems" Shape::Integer { min: Some(1), max: Some(1000) },
    "OnlyAttached" Shape::Boolean,
    "Path" text(1, 512),
    "PathPrefix" text(1, 512),
    "PermissionsBoundary" text(20, 2048),
    "PolicyArn" text(20, 2048),
    "PolicyDocument" DOCUMENT,
    "PolicyName" text(1, 128),
    "RoleName" text(1, 64),
    "Scope" one_of(&["All", "AWS", "Local"]),
    "SetAsDefault" Shape::Boolean,
    "Status" one_of(&["Active", "Inactive"]),
    "TagKeys" Shape::List { min: None, max: Some(50), item: &text(1, 128) },
    "Tags" Shape::List { min: None, max: Some(50), item: &Shape::Structure(TAG) },
    "UserName" text(1, 64),
    "VersionId" text(1, 64),
};

const TAG: &[Member] = members! { true,
    "Key" text(1, 128),
    "Value" text(0, 256),
};

/// Not a secret, but too long to be repeated in an error.
const DOCUMENT: Shape =
    Shape::String { min: Some(1), max: Some(131_072), pattern: None, values: &[], sensitive: true };

const fn text(min: usize, max: usize) -> Shape {
    Shape::String { min: Some(min), max: Some(max), pattern: None, values: &[], sensitive: false }
}

const fn one_of(values: &'static [&'static str]) -> Shape {
    Shape::String { min: None, max: None, pattern: None, values, sensitive: false }
}
