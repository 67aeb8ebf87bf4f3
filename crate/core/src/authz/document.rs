//! The form of a key policy document: JSON, a version, statements with an effect and a principal.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html>

use crate::model::{Value, json};

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];
const ELEMENTS: [&str; 8] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"];

/// Checks that `text` is a key policy document. A statement without action or resource has no effect and no fault.
///
/// # Errors
/// What is wrong, and where.
pub fn check_document(text: &str) -> Result<(), String> {
    let document = json::parse(text).map_err(|error| error.describe(text))?;
    let Value::Map(members) = &document else { return Err("The policy is not a JSON object.".to_owned()) };
    if let Some((unknown, _)) =
        members.iter().find(|(name, _)| !["Version", "Id", "Statement"].contains(&name.as_str()))
    {
        return Err(format!("The policy has an element {unknown}, which policies do not have."));
    }
    match document.get("Version") {
        None => {}
        Some(Value::String(version)) if VERSIONS.contains(&version.as_str()) => {}
        Some(_) => return Err(format!("The policy's Version is none of {}.", VERSIONS.join(", "))),
    }
    match document.get("Statement") {
        Some(Value::List(statements)) if !statements.is_empty() => {
            statements.iter().enumerate().try_for_each(|(at, statement)| check_statement(at + 1, statement))
        }
        Some(statement @ Value::Map(_)) => check_statement(1, statement),
        _ => Err("The policy has no Statement.".to_owned()),
    }
}

fn check_statement(number: usize, statement: &Value) -> Result<(), String> {
    let fault = |what: &str| Err(format!("Statement {number} {what}"));
    let Value::Map(members) = statement else { return fault("is not a JSON object.") };
    if let Some((unknown, _)) =
        members.iter().find(|(name, _)| name != "Condition" && !ELEMENTS.contains(&name.as_str()))
    {
        return fault(&format!("has an element {unknown}, which statements do not have."));
    }
    if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
        return fault("has no Effect that is Allow or Deny.");
    }
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (None, None) => fault("has no principal."),
        (Some(_), Some(_)) => fault("has both Principal and NotPrincipal."),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let statement = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}"#;
        let good = [
            format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#),
            format!(r#"{{"Statement":{statement}}}"#),
        ];
        for text in good {
            assert_eq!(check_document(&text), Ok(()), "{text}");
        }
        let bad = [
            ("", "no JSON: a value is missing at line 1, column 1"),
            ("[]", "not a JSON object"),
            ("{}", "no Statement"),
            (r#"{"Statement":[]}"#, "no Statement"),
            (r#"{"Version":"2020-01-01","Statement":[]}"#, "Version is none of"),
            (r#"{"Statements":[]}"#, "an element Statements"),
            (r#"{"Statement":[1]}"#, "Statement 1 is not"),
            (r#"{"Statement":{"Effect":"allow","Principal":"*"}}"#, "Statement 1 has no Effect"),
            (r#"{"Statement":{"Effect":"Allow"}}"#, "Statement 1 has no principal"),
            (r#"{"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*"}}"#, "both Principal"),
            (r#"{"Statement":{"Effect":"Allow","Principal":"*","Actions":"*"}}"#, "an element Actions"),
        ];
        for (text, why) in bad {
            let error = check_document(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
