//! Conditions: an operator, a condition key and the values it is held against.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::Span;
use std::cmp::Ordering;

use super::document::{Item, items};
use super::evaluate::Request;
use super::pattern::Compare;
use super::ranges::{Point, Range, Ranges, address, network};
use super::values::{Number, decimal, instant, is_base64};
use super::variables::{Syntax, Text, each_covered, is_key};
use crate::model::json::{Faults, Json, Node, repeated};

/// One entry of a statement's Condition element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// From the key's name to the end of its values.
    pub span: Span,
    /// How the two are held against each other.
    pub operator: Operator,
    /// The condition key, as it is written.
    pub key: Box<str>,
    values: Values,
}

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// Where its name stands.
    pub span: Span,
    /// What it looks at.
    pub test: Test,
    /// Whether it wants the opposite: `StringNotEquals`, `NotIpAddress`.
    pub is_negated: bool,
    /// Whether a request without the key passes: `…IfExists`.
    pub if_exists: bool,
    /// How many of the request's values have to pass.
    pub set: Set,
}

/// What an operator looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Text, byte for byte: StringEquals.
    Text,
    /// Text in any case: StringEqualsIgnoreCase.
    AnyCase,
    /// Text with wildcards: StringLike.
    Like,
    /// Numbers.
    Numeric(Order),
    /// Times.
    Date(Order),
    /// Truth.
    Bool,
    /// Bytes.
    Binary,
    /// IP addresses.
    IpAddress,
    /// ARNs with wildcards: ArnLike, and ArnEquals, which does the same.
    Arn,
    /// Whether the request has the key.
    Null,
}

/// How two numbers or times have to stand to each other, the request's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// They are equal.
    Equal,
    /// The first is less.
    Less,
    /// The first is not more.
    LessOrEqual,
    /// The first is more.
    Greater,
    /// The first is not less.
    GreaterOrEqual,
}

/// How many of the request's values have to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// No set operator: for a key of one value, as AWS says. With several, one of them is enough; for a negated
    /// operator, all have to pass.
    One,
    /// `ForAllValues:`: all of them. With none, they do.
    All,
    /// `ForAnyValue:`: at least one.
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    /// Of Null: whether the key is to be absent; both may be listed.
    Presence(Vec<bool>),
    Texts(Vec<Item<Text>>),
    /// Numbers, times, networks.
    Ranges(Ranges),
}

const OPERATORS: [(&str, Test, bool); 27] = [
    ("StringEquals", Test::Text, false),
    ("StringNotEquals", Test::Text, true),
    ("StringEqualsIgnoreCase", Test::AnyCase, false),
    ("StringNotEqualsIgnoreCase", Test::AnyCase, true),
    ("StringLike", Test::Like, false),
    ("StringNotLike", Test::Like, true),
    ("NumericEquals", Test::Numeric(Order::Equal), false),
    ("NumericNotEquals", Test::Numeric(Order::Equal), true),
    ("NumericLessThan", Test::Numeric(Order::Less), false),
    ("NumericLessThanEquals", Test::Numeric(Order::LessOrEqual), false),
    ("NumericGreaterThan", Test::Numeric(Order::Greater), false),
    ("NumericGreaterThanEquals", Test::Numeric(Order::GreaterOrEqual), false),
    ("DateEquals", Test::Date(Order::Equal), false),
    ("DateNotEquals", Test::Date(Order::Equal), true),
    ("DateLessThan", Test::Date(Order::Less), false),
    ("DateLessThanEquals", Test::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Test::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Test::Date(Order::GreaterOrEqual), false),
    ("Bool", Test::Bool, false),
    ("BinaryEquals", Test::Binary, false),
    ("IpAddress", Test::IpAddress, false),
    ("NotIpAddress", Test::IpAddress, true),
    ("ArnEquals", Test::Arn, false),
    ("ArnNotEquals", Test::Arn, true),
    ("ArnLike", Test::Arn, false),
    ("ArnNotLike", Test::Arn, true),
    ("Null", Test::Null, false),
];

impl Operator {
    /// Reads an operator's name.
    fn parse(name: &str, span: Span) -> Option<Self> {
        let (set, name) = match name.split_once(':') {
            None => (Set::One, name),
            Some(("ForAllValues", name)) => (Set::All, name),
            Some(("ForAnyValue", name)) => (Set::Any, name),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (_, test, is_negated) = *OPERATORS.iter().find(|(known, ..)| *known == name)?;
        // Null asks for the key's absence itself.
        (!if_exists || test != Test::Null).then_some(Self { span, test, is_negated, if_exists, set })
    }
}

/// Reads a Condition element.
pub(super) fn parse(node: &Node<'_>, has_variables: bool, faults: &mut Faults) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let Json::Object(operators) = &node.value else {
        faults.add(node.span, "A condition is no object");
        return conditions;
    };
    for member in operators {
        let Some(operator) = Operator::parse(&member.name, member.at) else {
            faults.add(member.at, "There is no such condition operator");
            continue;
        };
        let Json::Object(keys) = &member.node.value else {
            faults.add(member.node.span, "A condition operator has no object of condition keys");
            continue;
        };
        for key in keys {
            if !is_key(&key.name) {
                faults.add(key.at, "A condition key has the form service:name");
            }
            let values = Values::parse(&key.node, operator.test, has_variables, faults);
            conditions.push(Condition { span: key.span(), operator, key: key.name.as_ref().into(), values });
        }
        if let Some(place) = repeated(keys, order_ignoring_case) {
            faults.add(place, "A condition key stands twice, if in another case");
        }
    }
    conditions
}

pub(super) fn order_ignoring_case(a: &str, b: &str) -> Ordering {
    let lower = |b: u8| b.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

impl Values {
    fn parse(node: &Node<'_>, test: Test, has_variables: bool, faults: &mut Faults) -> Self {
        let items = items(node);
        let (is_sound, what): (fn(&str) -> bool, _) = match test {
            Test::Numeric(order) => {
                let read = |text: &str| Some(order.range(number(text)?));
                return Self::Ranges(ranges(items, &read, "This is no decimal number", faults));
            }
            Test::Date(order) => {
                let read = |text: &str| Some(order.range(time(text)?));
                let what = "This is neither an ISO 8601 time nor seconds since 1970";
                return Self::Ranges(ranges(items, &read, what, faults));
            }
            Test::IpAddress => {
                let what = "This is neither an IP address nor a network in CIDR notation";
                return Self::Ranges(ranges(items, &network, what, faults));
            }
            Test::Null => {
                return Self::Presence(each(items, &truth, "This is neither true nor false", faults));
            }
            Test::Bool => (|text| truth(text).is_some(), "This is neither true nor false"),
            Test::Binary => (is_base64, "This is not base64"),
            Test::Text | Test::AnyCase | Test::Like | Test::Arn => (|_| true, ""),
        };
        let syntax = Syntax {
            has_wildcards: matches!(test, Test::Like | Test::Arn),
            // "Policy variables can only be used with String and ARN operators."
            has_variables: has_variables && !matches!(test, Test::Bool | Test::Binary),
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let text = scalar(item, faults);
            if !is_sound(text) {
                faults.add(item.span, what);
            }
            let value = Text::parse(text, item.span, syntax, faults);
            values.push(Item { span: item.span, value });
        }
        Self::Texts(values)
    }
}

fn ranges(
    items: &[Node<'_>],
    read: &dyn Fn(&str) -> Option<Range>,
    what: &'static str,
    faults: &mut Faults,
) -> Ranges {
    Ranges::of(each(items, read, what, faults))
}

fn number(text: &str) -> Option<Point> {
    decimal(text).map(Number::point)
}

fn time(text: &str) -> Option<Point> {
    instant(text).map(Number::point)
}

/// Reads each of a key's values.
fn each<T>(
    items: &[Node<'_>],
    read: &dyn Fn(&str) -> Option<T>,
    what: &'static str,
    faults: &mut Faults,
) -> Vec<T> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        match read(scalar(item, faults)) {
            Some(value) => values.push(value),
            None => faults.add(item.span, what),
        }
    }
    values
}

/// A value as text: "quotation marks are optional for numeric and Boolean values".
fn scalar<'n>(item: &'n Node<'_>, faults: &mut Faults) -> &'n str {
    match &item.value {
        Json::Text(text) => text,
        Json::Number(text) => text,
        Json::Boolean(true) => "true",
        Json::Boolean(false) => "false",
        _ => {
            faults.add(item.span, "A condition's value is text, a number or a Boolean");
            ""
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|truth| text.eq_ignore_ascii_case(if *truth { "true" } else { "false" }))
}

impl Condition {
    /// Whether the request's values of the key are as the condition wants them.
    pub(super) fn holds(&self, request: &Request<'_>) -> bool {
        let Operator { test, is_negated, if_exists, set, .. } = self.operator;
        let (mut is_there, mut is_blank, mut any, mut all) = (false, true, false, true);
        let mut tally = |value: &str, covered: Option<bool>| {
            is_there = true;
            is_blank &= value.is_empty();
            // What hangs on a variable without a value neither holds nor is the contrary known.
            let passes = covered == Some(!is_negated);
            any |= passes;
            all &= passes;
        };
        match &self.values {
            // "True … false (the key exists and its value is not null)": empty text is no value, as for set operators.
            Values::Presence(wanted) => {
                request.facts.values(&self.key, &mut |value| tally(value, None));
                return wanted.contains(&is_blank);
            }
            Values::Texts(texts) => {
                let compare = match test {
                    Test::AnyCase | Test::Bool => Compare::IgnoringCase,
                    Test::Arn => Compare::AsArn,
                    _ => Compare::Exactly,
                };
                each_covered(texts, &self.key, compare, request, &mut tally);
            }
            Values::Ranges(ranges) => {
                let read: fn(&str) -> Option<Point> = match test {
                    Test::Date(_) => time,
                    Test::Numeric(_) => number,
                    _ => address,
                };
                let covers = |value: &str| Some(read(value).is_some_and(|point| ranges.has(point)));
                request.facts.values(&self.key, &mut |value| tally(value, covers(value)));
            }
        }
        match set {
            // "It also returns true if there are no keys in the request, or if the key values resolve to a null data
            // set, such as an empty string."
            Set::All => is_blank || all,
            // Of no value at all, none passes, even where …IfExists stands behind.
            Set::Any => !is_blank && any,
            Set::One if !is_there => is_negated || if_exists,
            // "Those values are evaluated using a logical NOR."
            Set::One => {
                if is_negated {
                    all
                } else {
                    any
                }
            }
        }
    }
}
