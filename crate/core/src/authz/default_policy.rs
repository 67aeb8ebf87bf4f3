//! The key policies that AWS gives.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>

use std::cell::RefCell;
use std::rc::Rc;

use crate::keys::{Key, KeyManager, PolicyText};

thread_local! {
    /// Those that were asked last: most keys have one of a few, and to read it costs more than to ask it.
    static READ: RefCell<Vec<Rc<PolicyText>>> = const { RefCell::new(Vec::new()) };
}

/// As [`default_policy`], with what was read from the same text before.
pub(super) fn given_policy(key: &Key, service: Option<&str>) -> Rc<PolicyText> {
    /// So many: one an account, one an account's service and Region.
    const KEPT: usize = 16;
    let text = default_policy(key, service);
    READ.with_borrow_mut(|read| {
        if let Some(known) = read.iter().find(|known| known.as_str() == text) {
            return Rc::clone(known);
        }
        if read.len() >= KEPT {
            read.remove(0);
        }
        let fresh = Rc::new(PolicyText::from(text));
        read.push(Rc::clone(&fresh));
        fresh
    })
}

/// The key policy of a key that nobody has put another on; `service` is an AWS managed key's.
#[must_use]
pub fn default_policy(key: &Key, service: Option<&str>) -> String {
    let account = key.reference.account;
    match (key.manager, service) {
        (KeyManager::Aws, Some(service)) => aws_managed(key, service),
        _ => format!(
            r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
        ),
    }
}

fn aws_managed(key: &Key, service: &str) -> String {
    let (account, region) = (key.reference.account, &key.reference.region);
    let name = service.to_ascii_uppercase();
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "auto-{service}-2",
  "Statement" : [ {{
    "Sid" : "Allow access through {name} for all principals in the account that are authorized to use {name}",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "*"
    }},
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {{
      "StringEquals" : {{
        "kms:CallerAccount" : "{account}",
        "kms:ViaService" : "{service}.{region}.amazonaws.com"
      }}
    }}
  }}, {{
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  }} ]
}}"#
    )
}
