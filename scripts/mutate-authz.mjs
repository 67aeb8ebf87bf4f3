// Whether a test fails for each rule of the evaluator that is deleted or turned over. By hand: node scripts/mutate-authz.mjs
//
// The mutants of crate/core/src/authz are put all at once into a copy of the crates, each under a name; one compilation,
// and then the tests of authz once for each name. A mutant is an expression and what takes its place (MUTANTS), or an
// entry of a table that is not found (TABLES). What survives is told; some are equivalent, and say why.
//
// A text of MUTANTS that is no longer in the source, or not once, is a fault: rules and mutants change together.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTree, ROOT, TARGET } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";

const TREE = inTree("target", "mutants");

/** File → [expression, what takes its place]. */
const MUTANTS = {
  decision: [
    ["self.denies || other.denies", "self.denies && other.denies"],
    ["self.allows.max(other.allows)", "other.allows"],
    ["self.allows.max(other.allows)", "self.allows"],
    ["self.allows.max(other.allows)", "self.allows.min(other.allows)"],
    ["identities.have_boundary()", "false"],
    ["(Layer::KeyPolicy, on_key.denies)", "(Layer::KeyPolicy, false)"],
    ["(Layer::Identity, by_identity.denies)", "(Layer::Identity, false)"],
    ["boundary.is_some_and(|answer| answer.denies)", "false"],
    ["sessions.is_some_and(|answer| answer.denies)", "false"],
    ["limit(Layer::Boundary, boundary)", "Ok(())"],
    ["limit(Layer::Session, sessions)", "Ok(())"],
    ["matches!(asked.caller.principal, Principal::Root(_))", "false"],
    ["matches!(asked.caller.principal, Principal::Root(_))", "true"],
    ["is_root || by_identity.allows.is_some()", "is_root"],
    ["asked.is_across_accounts()", "false", 0],
    ["asked.is_across_accounts()", "true", 0],
    ["asked.is_across_accounts()", "false", 1],
    ["asked.is_across_accounts()", "true", 1],
    ["layer == Layer::KeyPolicy", "true"],
    ["ACROSS_ACCOUNTS.contains(&asked.action)", "true"],
    ["on_key.allows.is_none()", "true"],
    ["on_key.allows.is_none()", "false"],
    ["!grants::allow(asked, record)", "true", 0],
    ["grants::allow(asked, record)", "false", 1],
    ["grants::allow(asked, record)", "true", 1],
    [
      "if on_key.allows.is_some() { Layer::Identity } else { Layer::KeyPolicy }",
      "Layer::KeyPolicy",
    ],
    ["if on_key.allows.is_some() { Layer::Identity } else { Layer::KeyPolicy }", "Layer::Identity"],
    ["asked.caller.principal == Principal::Root(asked.owner())", "true"],
    [
      "asked.caller.principal == Principal::Root(asked.owner())",
      "false",
      undefined,
      "without the short cut all is read, and the same comes of it",
    ],
    ["asked.caller.session.as_ref().is_none_or(|session| session.policies.is_empty())", "true"],
    ["policy.is_none() && key.manager == KeyManager::Customer", "policy.is_none()"],
    [
      "policy.is_none() && key.manager == KeyManager::Customer",
      "key.manager == KeyManager::Customer",
    ],
    ["statement.applies(request)", "Ok(PrincipalMatch::User)"],
    ["Answer { denies: true, allows: None }", "Answer::default()"],
    ["Answer { denies: false, allows: Some(found) }", "Answer::default()"],
    [
      "answer.denies && !record.is_on()",
      "false",
      undefined,
      "a denial ends the reading early; what follows cannot change it",
    ],
    [
      "answers.fold(Answer::default(), Answer::and)",
      "{ let mut answers = answers; answers.next().unwrap_or_default() }",
    ],
    ["answers.fold(Answer::default(), Answer::and)", "answers.last().unwrap_or_default()"],
    ['format!("with an explicit deny in {}", layer.with_article())', "String::new()"],
    ['format!("because no {} allows the kms:{action} action", layer.name())', "String::new()"],
  ],
  question: [
    ["self.caller.principal.account().is_some_and(|account| account != self.owner())", "false"],
    ["self.caller.principal.account().is_some_and(|account| account != self.owner())", "true"],
    ["path_and_name.strip_prefix(path) == Some(user.name.as_str())", "true"],
    ["path_and_name.strip_prefix(path) == Some(user.name.as_str())", 'user.path == "/"'],
    [
      "self.state.identity(*account, IdentityKind::User, name_of(path_and_name))",
      "self.state.identity(*account, IdentityKind::Role, name_of(path_and_name))",
    ],
    ["self.state.identity(*account, IdentityKind::Role, role)", "None"],
    [
      "self.state.identity(*account, IdentityKind::Role, role)",
      "self.state.identity(*account, IdentityKind::User, role)",
    ],
    ["Some(self.identity().map_or_else(arn, Identity::arn))", "Some(arn())"],
    ["Some(self.identity().map_or_else(arn, Identity::arn))", "None"],
    ['"SourceEncryptionContext"', '"EncryptionContext"'],
    ['"DestinationEncryptionContext"', '"EncryptionContext"'],
  ],
  identity: [
    ["session| &session.policies)", "session| &session.policies[..session.policies.len().min(1)])"],
    [
      "identity.kind == IdentityKind::Role",
      "true",
      undefined,
      "only sessions ask for a role's ARN, and of theirs alone",
    ],
    ["self.identity.is_some_and(|identity| identity.boundary.is_some())", "false"],
    [
      "self.identity.is_some_and(|identity| identity.boundary.is_some())",
      "self.identity.is_some()",
    ],
    ["all([own].into_iter().chain(attached))", "own"],
    ["all([own].into_iter().chain(attached))", "all(attached)"],
    ["Some(answer.unwrap_or_default())", "answer"],
    ["before.denies || answer.denies", "before.denies"],
    ["before.denies || answer.denies", "answer.denies"],
    ["before.allows.and(answer.allows)", "before.allows"],
    ["before.allows.and(answer.allows)", "answer.allows"],
  ],
  grants: [
    ["is_allowed |= outcome.is_ok()", "is_allowed = outcome.is_ok()"],
    [
      "is_allowed && !record.is_on()",
      "false",
      undefined,
      "a grant that allows ends the search early; no other takes it back",
    ],
    ["!grant.operations.iter().any(|operation| operation == asked.action)", "false"],
    ['asked.action == "CreateGrant"', "false"],
    ["grant.operations.iter().any(|own| own == wanted)", "true"],
    ["!satisfies(constraints, asked)", "false"],
    ["source != Some(arn)", "false"],
    ["narrows(constraints, asked)", "true"],
    ["asked.role_arn()", "None"],
    ["wanted.iter().all(|pair| holds(&context, pair))", "true"],
    ["wanted.len() == context.len() && has(wanted)", "has(wanted)"],
    ["wanted.len() == context.len() && has(wanted)", "wanted.len() == context.len()"],
    ["constraints.context_subset.as_ref().is_none_or(has)", "true"],
    ["given.len() == own.len() && has(given, own)", "given.len() == own.len()"],
    ["given.len() == own.len() && has(given, own)", "has(given, own)"],
    ["given.len() == own.len() && has(given, own)", "true"],
    ["own.iter().all(|pair| holds(given, pair))", "true"],
    ["[&equals, &subset]", "[&equals, &None]"],
    ["[&equals, &subset]", "[&None, &subset]"],
    ["given.eq_ignore_ascii_case(key)", "*given == key"],
    ["*of == value", "of.eq_ignore_ascii_case(value)"],
    ["*of == value", "true"],
    ["grant.retiring.as_ref().is_some_and(|retiring| is_named(retiring.as_str()))", "false"],
    ["is_named(grant.grantee.as_str())", "true"],
    ["applies(grant, asked).is_ok()", "true"],
    ["applies(grant, asked).is_ok()", "false"],
    ["asked.caller.principal == Principal::Root(grant.issuer)", "false"],
    [
      "asked.caller.principal == Principal::Root(grant.issuer)",
      "matches!(asked.caller.principal, Principal::Root(_))",
    ],
  ],
  facts: [
    ["self.has_default(name)", "true"],
    ["self.has_default(name)", "false"],
    ['self.action == "CreateKey" || (', "("],
    ['name.starts_with("Bypass") && self.action == "PutKeyPolicy"', "false"],
    ['name.starts_with("Bypass") && self.action == "PutKeyPolicy"', 'name.starts_with("Bypass")'],
    ["front.eq_ignore_ascii_case(prefix)", "front == *prefix"],
    ["self.parameter(name, Some(default), each)", "()"],
    ['asked.action != "CreateGrant"', "true"],
    ['asked.action != "CreateGrant"', "false"],
    ['"SourceEncryptionAlgorithm"', '"EncryptionAlgorithm"'],
    ['"DestinationEncryptionAlgorithm"', '"EncryptionAlgorithm"'],
    ['action.starts_with("GenerateDataKey")', "false"],
    ['asked.action == "ImportKeyMaterial"', "true"],
    ['asked.action == "ImportKeyMaterial"', "false"],
    ['matches!(asked.action, "Sign" | "Verify")', 'asked.action == "Sign"'],
    ['matches!(asked.action, "Sign" | "Verify")', "true"],
    ['asked.action == "EnableKeyRotation"', "false"],
    ['asked.action == "EnableKeyRotation"', "true"],
    [
      'matches!(asked.action, "CreateGrant" | "ListGrants" | "RevokeGrant" | "RetireGrant")',
      "true",
    ],
    ["key.multi_region.is_some() =>", "true =>"],
    ["key.is_replica()", "false"],
    ["key.is_replica()", "true"],
    ['"SourceKeyId"', '"KeyId"'],
    ['"DestinationKeyId"', '"KeyId"'],
    ['given.starts_with("arn:")', "false"],
    ['alias.starts_with("alias/")', "true"],
    ["!WITHOUT_KEYS.contains(&asked.action)\n", "true\n", 0],
    ["!WITHOUT_KEYS.contains(&asked.action) {", "true {", 0],
    ['!asked.action.contains("CustomKeyStore")', "true"],
    ["asked.now.0.div_euclid(1000)", "asked.now.0"],
    ["tag.key.eq_ignore_ascii_case(name)", "tag.key == name"],
    ['each(&format!("{}:{session}", role.id))', 'each(&format!("{}:{session}", role.name))'],
    ["asked.caller.via_service.is_some()", "false", 0],
  ],
};

/** Tables: their entries are mutants of their own. File, the lookup, the lookup but for the entry; the names. */
const TABLES = [
  {
    file: "facts",
    lookup: "with_length(key.len()).find(|(name, _)| name.eq_ignore_ascii_case(key))",
    but: "with_length(key.len()).find(|(name, _)| name.eq_ignore_ascii_case(key) && !crate::is_mutant(name))",
    names: /^ {4}\(?\s*"((?:kms|aws):[a-z]+)",/gm,
  },
  {
    file: "facts",
    lookup: "for (prefix, family) in FAMILIES {",
    but: "for (prefix, family) in FAMILIES.iter().filter(|(prefix, _)| !crate::is_mutant(prefix)) {",
    names: /^ {4}\("((?:kms|aws):[a-z]+[:/])",/gm,
  },
  {
    file: "decision",
    lookup: "on_key.allows {",
    but: 'on_key.allows.filter(|found| !crate::is_mutant(&format!("match {found:?}"))) {',
    names: /(?:PrincipalMatch::)(User|Session|Everyone|Service|Role|Others|Account)\b/g,
    prefix: "match ",
  },
  {
    file: "decision",
    lookup: "let is_possible = ",
    but: 'let is_possible = !crate::is_mutant(&format!("across {}", asked.action)) && ',
    names: /^ {4}"(\w+)",$/gm,
    prefix: "across ",
  },
];

const SUPPORT = `
#[cfg(test)]
pub(crate) fn is_mutant(name: &str) -> bool {
    static NAME: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    NAME.get_or_init(|| std::env::var("MUTANT").unwrap_or_default()) == name
}
#[cfg(not(test))]
pub(crate) fn is_mutant(_: &str) -> bool {
    false
}
`;

const source = (file) => join(TREE, "crate", "core", "src", "authz", `${file}.rs`);

function places(text, part) {
  const found = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

/** Puts the mutants in, and tells their names. */
function mutate() {
  const all = [];
  for (const [file, list] of Object.entries(MUTANTS)) {
    let text = readFileSync(source(file), "utf8");
    for (const table of TABLES.filter((one) => one.file === file)) {
      if (places(text, table.lookup).length !== 1)
        throw new Fault(`${file}.rs: ${table.lookup}`, "");
      for (const [, name] of text.matchAll(table.names)) {
        const whole = `${table.prefix ?? ""}${name}`;
        if (!all.some((one) => one.name === whole)) all.push({ name: whole });
      }
      text = text.replace(table.lookup, () => table.but);
    }
    // By expression: several mutants of one are alternatives.
    const byPlace = new Map();
    for (const [expression, instead, which, equivalent] of list) {
      const found = places(text, expression);
      if (found.length === 0 || (which === undefined && found.length > 1))
        throw new Fault(`${file}.rs has ${found.length} times: ${expression}`, "");
      const name = `${file}: ${expression.trim()} → ${instead.trim()}`;
      const key = `${found[which ?? 0]} ${expression.length}`;
      byPlace.set(key, [...(byPlace.get(key) ?? []), { name, expression, instead }]);
      all.push({ name, equivalent });
    }
    const sorted = [...byPlace].map(([key, mutants]) => [...key.split(" ").map(Number), mutants]);
    sorted.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    for (const [at, length, mutants] of sorted) {
      // The start of a statement's head stays outside of the parentheses.
      const [{ expression }] = mutants;
      const tail = /( =>| \{|\n|\)| \|\| \()$/.exec(expression)?.[0] ?? "";
      text = `${text.slice(0, at)}${wrapped(mutants, tail)}${text.slice(at + length)}`;
    }
    writeFileSync(source(file), text);
  }
  const library = join(TREE, "crate", "core", "src", "lib.rs");
  writeFileSync(library, readFileSync(library, "utf8") + SUPPORT);
  return all;
}

function wrapped(mutants, tail) {
  const [{ expression }] = mutants;
  const balanced = (text) => text.split("(").length === text.split(")").length;
  const cut = tail && (tail !== ")" || !balanced(expression)) ? tail : "";
  const bare = (text) => (cut ? text.slice(0, text.length - cut.length) : text);
  const head = /^(session\| )/.exec(expression)?.[0] ?? "";
  if (cut === " || (") {
    const [{ name }] = mutants;
    return `(!crate::is_mutant(${JSON.stringify(name)}) && ${bare(expression)}) || (`;
  }
  const choices = mutants.map(
    ({ name, instead }) =>
      `if crate::is_mutant(${JSON.stringify(name)}) { ${bare(instead).slice(head.length)} } else `,
  );
  return `${head}(${choices.join("")}{ ${bare(expression).slice(head.length)} })${cut}`;
}

function compile() {
  const args = ["test", "-p", "tabkms-core", "--lib", "--no-run", "--message-format=json"];
  const done = spawnSync("cargo", args, {
    cwd: TREE,
    env: {
      ...process.env,
      CARGO_TARGET_DIR: TARGET,
      CARGO_PROFILE_TEST_DEBUG: "0",
      RUSTFLAGS: "-Awarnings",
    },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const messages = done.stdout.split("\n").filter((line) => line.startsWith("{"));
  const found = messages.map((line) => JSON.parse(line)).find(({ executable }) => executable);
  if (done.status !== 0 || !found) {
    const errors = messages.map((line) => JSON.parse(line).message?.rendered ?? "").join("");
    throw new Fault("the mutants do not compile", `${errors}${done.stderr.slice(-2000)}`);
  }
  return found.executable;
}

await runMain(import.meta.url, () => {
  rmSync(TREE, { recursive: true, force: true });
  mkdirSync(TREE, { recursive: true });
  for (const part of ["Cargo.toml", "Cargo.lock", "clippy.toml", "crate", ".cargo"]) {
    cpSync(join(ROOT, part), join(TREE, part), { recursive: true });
  }
  const mutants = mutate();
  const executable = compile();
  const passes = (name) =>
    spawnSync(executable, ["authz::tests", "-q"], {
      env: { ...process.env, MUTANT: name },
      cwd: TREE,
    }).status === 0;
  if (!passes(""))
    throw new Fault("the tests fail without a mutant", "cargo test -p tabkms-core --lib authz");
  const survivors = mutants.filter(({ name }) => passes(name));
  const known = survivors.filter(({ equivalent }) => equivalent);
  for (const { name, equivalent } of known) say(`  equivalent  ${name}: ${equivalent}`);
  for (const { name, equivalent } of survivors) if (!equivalent) say(`  SURVIVES    ${name}`);
  say(
    `${mutants.length} mutants, ${mutants.length - survivors.length} killed, ${known.length} equivalent`,
  );
  if (survivors.length > known.length) process.exitCode = 1;
});
