"""Write the tables that come from AWS's service model for KMS.

    python3 scripts/generate-constraints.py [service-2.json[.gz]]

Without an argument the model comes from botocore, pinned below; `pip install botocore==VERSION` first.
Writes crate/core/src/model/constraints.rs (what each operation's input must look like),
js/src/shapes.ts (which members are blobs, times, maps or sensitive) and
tests/vectors/model/kms.json (the model without its prose, which the tests hold every answer against).
"""

import gzip
import json
import pathlib
import sys

BOTOCORE = "1.44.5"
ROOT = pathlib.Path(__file__).resolve().parent.parent

# Each pattern of the model has a matcher in model/validate.rs, since a regular expression engine would
# outweigh the rest of the core. A pattern that is new in the model stops this script.
PATTERNS = {
    "[0-9]{12}": "AccountId",
    "^[a-zA-Z0-9:/_-]+$": "AliasName",
    "^[a-f0-9]+$": "LowerHex",
    "cluster-[2-7a-zA-Z]{11,16}": "CloudHsmCluster",
    "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$": "SourceArn",
    "^[a-zA-Z0-9:/_\\s.-]+$": "MaterialDescription",
    "[\\u0020-\\u00FF]*": "Marker",
    "[\\w]+": "Word",
    "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+": "Policy",
    "^[\\w+=,.@:/-]+$": "Principal",
    "^([a-z]+-){2,3}\\d+$": "Region",
    "^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$": "ServicePrincipal",
    "^[a-zA-Z0-9-_.]+$": "XksKeyId",
    "^[A-Z2-7]+$": "XksAccessKeyId",
    "^[a-zA-Z0-9\\/+=]+$": "XksSecret",
    "^https://[a-zA-Z0-9.-]+$": "XksEndpoint",
    "^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$": "XksPath",
    "^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$": "XksService",
}


def load_model():
    if len(sys.argv) > 1:
        raw = pathlib.Path(sys.argv[1]).read_bytes()
        return json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    import botocore

    if botocore.__version__ != BOTOCORE:
        sys.exit(f"botocore {botocore.__version__} is installed; this script wants {BOTOCORE}")
    path = pathlib.Path(botocore.__file__).parent / "data/kms/2014-11-01/service-2.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def bound(value):
    return "None" if value is None else f"Some({value})"


class RustTable:
    """Emits one `static` per named shape that constrains anything, and refers to it by name."""

    def __init__(self, model):
        self.shapes = model["shapes"]
        self.statics = {}

    def name(self, shape):
        words = "".join("_" + c if c.isupper() and i else c for i, c in enumerate(shape))
        for part, whole in (("A_W_S_", "AWS_"), ("K_M_S_", "KMS_"), ("A_R_N", "ARN")):
            words = words.replace(part, whole)
        return words.upper()

    def refer(self, shape_name):
        shape = self.shapes[shape_name]
        kind = shape["type"]
        if kind == "boolean":
            return "&Shape::Boolean"
        if kind == "timestamp":
            return "&Shape::Timestamp"
        if kind in ("integer", "long"):
            body = f"Shape::Integer {{ min: {bound(shape.get('min'))}, max: {bound(shape.get('max'))} }}"
        elif kind == "string":
            pattern = shape.get("pattern")
            body = (
                f"Shape::String {{ min: {bound(shape.get('min'))}, max: {bound(shape.get('max'))}, "
                f"pattern: {'None' if pattern is None else f'Some(Pattern::{PATTERNS[pattern]})'}, "
                f"values: &[{', '.join(quoted(v) for v in shape.get('enum', []))}], "
                f"sensitive: {str(shape.get('sensitive', False)).lower()} }}"
            )
        elif kind == "blob":
            body = f"Shape::Blob {{ min: {bound(shape.get('min'))}, max: {bound(shape.get('max'))} }}"
        elif kind == "list":
            item = self.refer(shape["member"]["shape"])
            body = f"Shape::List {{ min: {bound(shape.get('min'))}, max: {bound(shape.get('max'))}, item: {item} }}"
        elif kind == "map":
            body = f"Shape::Map {{ value: {self.refer(shape['value']['shape'])} }}"
        elif kind == "structure":
            body = f"Shape::Structure(&[{', '.join(self.members(shape))}])"
        else:
            sys.exit(f"{shape_name}: no rule for a {kind}")
        self.statics[self.name(shape_name)] = body
        return "&" + self.name(shape_name)

    def members(self, shape):
        required = set(shape.get("required", []))
        for member, target in shape["members"].items():
            yield (
                f"Member {{ name: {quoted(member)}, required: {str(member in required).lower()}, "
                f"shape: {self.refer(target['shape'])} }}"
            )


def write_rust(model):
    table = RustTable(model)
    operations = []
    for name, operation in sorted(model["operations"].items()):
        shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {"members": {}}
        operations.append(f"    ({quoted(name)}, &[{', '.join(table.members(shape))}]),")
    patterns = "\n".join(f"    /// `{p}`\n    {n}," for p, n in sorted(PATTERNS.items(), key=lambda x: x[1]))
    texts = "\n".join(
        f"            Self::{n} => {quoted(p)}," for p, n in sorted(PATTERNS.items(), key=lambda x: x[1])
    )
    statics = "\n".join(f"static {n}: Shape = {b};" for n, b in sorted(table.statics.items()))
    text = f"""//! What each operation's input must look like. Made by scripts/generate-constraints.py from AWS's service
//! model (botocore {BOTOCORE}, kms/2014-11-01); not edited by hand.

use super::validate::{{Member, Shape}};

/// The model's patterns, by the shape that they stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {{
{patterns}
}}

impl Pattern {{
    /// The pattern as the model writes it, which is how the error names it.
    #[must_use]
    pub fn text(self) -> &'static str {{
        match self {{
{texts}
        }}
    }}
}}

/// All operations of the service model, sorted by name, with the members of their input.
pub static OPERATIONS: &[(&str, &[Member])] = &[
{chr(10).join(operations)}
];

{statics}
"""
    (ROOT / "crate/core/src/model/constraints.rs").write_text(text)


def write_typescript(model):
    kinds = {"blob": set(), "timestamp": set(), "map": set()}
    others = set()
    sensitive = set()
    for shape in model["shapes"].values():
        for member, target in shape.get("members", {}).items():
            to = model["shapes"][target["shape"]]
            kinds.get(to["type"], others).add(member)
            if to.get("sensitive"):
                sensitive.add(member)
    # A member's name alone tells its type: that is what lets one small table serve every shape.
    groups = [*kinds.values(), others]
    clash = {name for group in groups for name in group if sum(name in other for other in groups) > 1}
    if clash:
        sys.exit(f"these member names have two types in the model: {clash}")

    def listed(names):
        return "".join(f"  {quoted(n)},\n" for n in sorted(names))

    (ROOT / "js/src/shapes.ts").write_text(
        f"""/**
 * Which members of the KMS API are times, blobs, maps or sensitive. Made by scripts/generate-constraints.py from
 * AWS's service model (botocore {BOTOCORE}, kms/2014-11-01); not edited by hand.
 */

export const TIME_MEMBERS: ReadonlySet<string> = new Set([
{listed(kinds["timestamp"])}]);

export const BLOB_MEMBERS: ReadonlySet<string> = new Set([
{listed(kinds["blob"])}]);

/** What is in them is named by the caller: a key of an encryption context may be called like a member. */
export const MAP_MEMBERS: ReadonlySet<string> = new Set([
{listed(kinds["map"])}]);

export const SENSITIVE_MEMBERS: ReadonlySet<string> = new Set([
{listed(sensitive)}]);
"""
    )


def write_tests_model(model):
    # What says something about a value; documentation, traits of HTTP and of the SDKs do not.
    kept = ("type", "required", "min", "max", "pattern", "enum", "sensitive")
    shapes = {}
    for name, shape in sorted(model["shapes"].items()):
        if shape.get("exception"):
            continue
        row = {key: shape[key] for key in kept if key in shape}
        for part in ("member", "key", "value"):
            if part in shape:
                row[part] = shape[part]["shape"]
        if "members" in shape:
            row["members"] = {member: target["shape"] for member, target in shape["members"].items()}
        shapes[name] = row
    operations = {
        name: {
            "input": operation["input"]["shape"] if "input" in operation else None,
            "output": operation["output"]["shape"] if "output" in operation else None,
            "errors": sorted(error["shape"] for error in operation.get("errors", [])),
        }
        for name, operation in sorted(model["operations"].items())
    }

    def rows(table):
        return ",\n".join(f"    {quoted(name)}: {json.dumps(row)}" for name, row in table.items())

    path = ROOT / "tests/vectors/model/kms.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'{{\n  "source": "AWS service model, botocore {BOTOCORE}, kms/2014-11-01, by scripts/generate-constraints.py",\n'
        f'  "operations": {{\n{rows(operations)}\n  }},\n  "shapes": {{\n{rows(shapes)}\n  }}\n}}\n'
    )


if __name__ == "__main__":
    the_model = load_model()
    write_rust(the_model)
    write_typescript(the_model)
    write_tests_model(the_model)
