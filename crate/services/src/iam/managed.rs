//! Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy, GetPolicyVersion, CreatePolicyVersion.

use tabkms_core::authz::policy::Kind;
use tabkms_core::keys::{Identity, IdentityKind, ManagedPolicy, PolicyText};
use tabkms_core::model::Value;
use tabkms_core::store::Record;

use super::answer::Answer;
use super::call::Call;
use super::documents::{check, over_quota, size};
use super::{IamError, Search};

/// The longest managed policy.
const MAX_DOCUMENT: usize = 6144;
/// How many an account may have.
const QUOTA: (&str, usize) = ("PoliciesPerAccount", 1500);
/// The one version that a policy has here.
const VERSION: &str = "v1";

impl<'a> Call<'a> {
    /// The managed policy of that ARN, if it is this account's.
    pub(super) fn policy(&self, arn: &str) -> Option<&'a ManagedPolicy> {
        self.state.managed_policy_by_arn(arn).filter(|policy| policy.account == self.account)
    }

    /// The managed policy that the request names.
    fn named_policy(&self) -> Result<&'a ManagedPolicy, IamError> {
        let arn = self.wanted("PolicyArn");
        let message = ["Policy ", &arn, " was not found."];
        self.policy(&arn).ok_or_else(|| IamError::new(IamError::NO_SUCH_ENTITY, &message))
    }

    /// The text that the request gives a managed policy.
    fn document(&self) -> Result<String, IamError> {
        let document = self.wanted("PolicyDocument");
        check(&document, Kind::Identity)?;
        if size(&document) > MAX_DOCUMENT {
            return Err(over_quota("PolicySize", "", MAX_DOCUMENT));
        }
        Ok(document)
    }

    /// To how many a policy is attached, and of how many it is the boundary. Asked of all there are: their quotas keep
    /// them few, and nothing that KMS does asks it.
    fn uses(&self, arn: &str) -> (i64, i64) {
        let (mut attached, mut bounding) = (0, 0);
        for kind in [IdentityKind::User, IdentityKind::Role] {
            for identity in self.state.identities_after(self.account, kind, None) {
                attached += i64::from(identity.attached.iter().any(|other| other == arn));
                bounding += i64::from(identity.boundary.as_deref() == Some(arn));
            }
        }
        (attached, bounding)
    }

    fn describe(&self, policy: &ManagedPolicy) -> Answer {
        let arn = policy.arn();
        let (attached, bounding) = self.uses(&arn);
        let mut answer = Answer::of(&[
            ("PolicyName", &policy.name),
            ("PolicyId", &policy.id),
            ("Arn", &arn),
            ("Path", &policy.path),
            ("DefaultVersionId", VERSION),
        ]);
        answer.set("AttachmentCount", Value::Integer(attached));
        answer.set("PermissionsBoundaryUsageCount", Value::Integer(bounding));
        answer.set("IsAttachable", Value::Boolean(true));
        answer.time("CreateDate", policy.created);
        answer.time("UpdateDate", policy.updated);
        answer
    }
}

/// `CreatePolicy`.
pub(super) fn create(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let mut policy = ManagedPolicy {
        account: call.account,
        name: call.name("PolicyName")?,
        path: String::new(),
        id: String::new(),
        description: call.wanted("Description"),
        document: PolicyText::default(),
        created: call.now,
        updated: call.now,
    };
    policy.path = call.path()?;
    policy.document = call.document()?.into();
    let mut search = Search::new(&policy.name);
    for other in call.state.managed_policies_after(call.account, None) {
        search.see(&other.name);
    }
    let message = ["A policy called ", &policy.name, " already exists. Duplicate names are not allowed."];
    search.require_new(QUOTA, &message)?;
    policy.id = call.fresh_id("ANPA")?;
    call.changes.put(&policy);
    Ok(Answer::with("Policy", call.describe(&policy)))
}

/// `GetPolicy`: what it is, without its text.
pub(super) fn get(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let policy = call.named_policy()?;
    let mut answer = call.describe(policy);
    if !policy.description.is_empty() {
        answer.text("Description", &policy.description);
    }
    Ok(Answer::with("Policy", answer))
}

/// `ListPolicies`: of this account; there are none of AWS's.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let (prefix, marker, mut page) = (call.wanted("PathPrefix"), call.text("Marker"), call.page());
    let (is_aws, only_attached) = (call.wanted("Scope") == "AWS", call.is_true("OnlyAttached"));
    for policy in call.state.managed_policies_after(call.account, marker.as_deref()) {
        let is_out =
            is_aws || !policy.path.starts_with(&prefix) || only_attached && call.uses(&policy.arn()).0 == 0;
        if !is_out && page.wants(&policy.name) {
            page.push(call.describe(policy).into_value());
        }
        if page.is_over() {
            break;
        }
    }
    Ok(page.into_answer("Policies"))
}

/// `DeletePolicy`: not while it is attached, or a boundary.
pub(super) fn delete(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let policy = call.named_policy()?;
    if call.uses(&policy.arn()) != (0, 0) {
        let message = "Cannot delete a policy attached to entities.";
        return Err(IamError::new(IamError::CONFLICT, &[message]));
    }
    call.changes.delete(ManagedPolicy::KIND, policy.id());
    Ok(Answer::default())
}

/// `GetPolicyVersion`: the text, of the one version that there is.
pub(super) fn get_version(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let (policy, version) = (call.named_policy()?, call.wanted("VersionId"));
    if version != VERSION {
        let (before, behind) = ("Policy ", " does not exist or is not attachable.");
        let message = [before, &policy.arn(), " version ", &version, behind];
        return Err(IamError::new(IamError::NO_SUCH_ENTITY, &message));
    }
    let mut answer = describe_version(policy);
    answer.text("Document", policy.document.as_str());
    Ok(Answer::with("PolicyVersion", answer))
}

/// `CreatePolicyVersion`: the new text takes the old one's place, under the same version id; one that would not be the
/// default is refused.
pub(super) fn create_version(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let (policy, document) = (call.named_policy()?, call.document()?);
    if !call.is_true("SetAsDefault") {
        let message = "A managed policy has its default version only here: SetAsDefault must be true, and the new text \
                       replaces the old one.";
        return Err(IamError::new(IamError::INVALID_INPUT, &[message]));
    }
    let mut policy = policy.clone();
    (policy.document, policy.updated) = (document.into(), call.now);
    call.changes.put(&policy);
    Ok(Answer::with("PolicyVersion", describe_version(&policy)))
}

fn describe_version(policy: &ManagedPolicy) -> Answer {
    let mut answer = Answer::of(&[("VersionId", VERSION)]);
    answer.set("IsDefaultVersion", Value::Boolean(true));
    answer.time("CreateDate", policy.updated);
    answer
}
