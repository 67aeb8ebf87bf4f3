// Scenarios: a request and the policies around it, and a twin in which one element of one statement is another.
//
// A statement is made of elements, each as it matches (`hit`) and as it all but does (`miss`). What is meant to allow
// has all its hits; every other statement has one miss. The twin turns one of them over: the focus.

import { familyOf, makeCondition } from "./conditions.mjs";
import { makeRequest } from "./requests.mjs";
import { ACCOUNT, OTHER, REGION } from "./world.mjs";

/** The rarest of several: each has its number in `counts`. */
function rarest(random, items, count) {
  const least = Math.min(...items.map(count));
  return random.pick(items.filter((item) => count(item) <= least + 5));
}

function listed(random, item, decoys) {
  if (random.is(0.5)) return item;
  const list = [item, ...random.some(decoys, 0.4)];
  return random.is(0.5) ? list : list.reverse();
}

// Elements

function actionElement(random, action) {
  const name = action.slice(4);
  const others = ["kms:Tag*", "kms:CreateAlias", "s3:*", "kms:?", "kms:*KeyPairs"].filter(
    (other) => !other.startsWith("kms:Tag") || !name.startsWith("Tag"),
  );
  const cut = 1 + random.below(name.length - 1);
  const hits = [
    action,
    `kms:${name.slice(0, cut)}*`,
    "kms:*",
    "*",
    `kms:*${name.slice(cut)}`,
    action.toUpperCase(),
    `KMS:?${name.slice(1)}`,
  ];
  const misses = [`${action}s`, action.slice(0, -1), `kms:?${name}`, `s3:${name}`, `kms:*${name}?`];
  const [hit, miss] = [random.pick(hits), random.pick(misses)];
  if (random.is(0.15)) {
    return {
      kind: "NotAction",
      hit: { NotAction: listed(random, miss, others) },
      miss: { NotAction: listed(random, hit, others) },
    };
  }
  return {
    kind: "Action",
    hit: { Action: listed(random, hit, others) },
    miss: { Action: listed(random, miss, others) },
  };
}

function resourceElement(random, { key, who }, isOfIdentity) {
  const none = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-4000-8000-000000000000`;
  if (!key) return { kind: "Resource", hit: { Resource: "*" }, miss: { Resource: none } };
  const [front, id] = [key.arn.slice(0, key.arn.indexOf("/") + 1), key.id];
  const hits = [
    key.arn,
    key.arn,
    "*",
    `${front}*`,
    `arn:aws:kms:*:${key.account}:key/*`,
    `arn:*:kms:${REGION}:*:key/${id.slice(0, 8)}*`,
    `arn:aws:kms:*:key/?${id.slice(1)}`,
  ];
  const misses = [
    `${key.arn}x`,
    key.arn.slice(0, -1),
    key.arn.replace(REGION, "eu-west-1"),
    key.arn.replace(":key/", ":alias/"),
    none,
    key.arn.toUpperCase().replace("ARN:AWS:KMS", "arn:aws:kms"),
  ];
  if (isOfIdentity && who.identity?.tags.key !== undefined) {
    (who.identity.tags.key === id ? hits : misses).push(`${front}\${aws:PrincipalTag/key}`);
    misses.push(`${front}\${aws:PrincipalTag/absent}`);
  }
  const [hit, miss] = [random.pick(hits), random.pick(misses)];
  if (random.is(0.15)) {
    return {
      kind: "NotResource",
      hit: { NotResource: listed(random, miss, [none]) },
      miss: { NotResource: listed(random, hit, [none]) },
    };
  }
  return {
    kind: "Resource",
    hit: { Resource: listed(random, hit, [none]) },
    miss: { Resource: listed(random, miss, [none]) },
  };
}

/** How a key policy can name the caller, and names that are hardly others. */
function namesOf({ who }) {
  const { account, principal, identity } = who;
  const swapped = (text) => text.replace(account, account === ACCOUNT ? OTHER : ACCOUNT);
  const aws = (items) => items.map((item) => ({ AWS: item }));
  if (who.kind === "service") {
    const other = principal.startsWith("s3.") ? "logs.amazonaws.com" : "s3.amazonaws.com";
    return { service: { hits: [{ Service: principal }], misses: [{ Service: other }] } };
  }
  const ofAccount = {
    hits: aws([account, `arn:aws:iam::${account}:root`]),
    misses: aws(["999999999999", "arn:aws:iam::999999999999:root"]),
  };
  if (!identity) return { account: ofAccount };
  const near = [identity.arn.replace(/\w+$/, "carol"), swapped(identity.arn), `${identity.arn}x`];
  const everyone = { hits: [...aws(["*"]), "*"], misses: aws(near) };
  if (identity.kind === "User") {
    return {
      account: ofAccount,
      everyone,
      user: {
        hits: aws([identity.arn]),
        misses: aws([...near, identity.arn.replace(":user/", ":role/")]),
      },
    };
  }
  const role = {
    hits: aws([identity.arn]),
    misses: aws([...near, identity.arn.replace(":role/", ":user/")]),
  };
  const session = {
    hits: aws([principal]),
    misses: aws([`${principal}x`, swapped(principal), principal.replace(/one$/, "two")]),
  };
  return { account: ofAccount, everyone, role, session };
}

function principalElement(random, request, level) {
  const { hits, misses } = namesOf(request)[level];
  const [hit, miss] = [random.pick(hits), random.pick(misses)];
  const decoy = `arn:aws:iam::${ACCOUNT}:user/dave`;
  const wrap = (name) => {
    if (typeof name === "string" || random.is(0.6)) return name;
    if (name.Service) return { ...name, AWS: decoy };
    return random.is(0.5) ? { AWS: [name.AWS, decoy] } : { ...name, Service: "ec2.amazonaws.com" };
  };
  return { kind: "Principal", hit: { Principal: wrap(hit) }, miss: { Principal: wrap(miss) } };
}

/** Whom a denial of all others leaves out: its account, its role and itself, each by name. */
function notPrincipalElement(random, request) {
  const { who } = request;
  const own = who.identity
    ? [`arn:aws:iam::${who.account}:root`, who.identity.arn]
    : [`arn:aws:iam::${who.account}:root`];
  if (who.identity?.kind === "Role") own.push(who.principal);
  const others = [`arn:aws:iam::${ACCOUNT}:user/dave`];
  return {
    kind: "NotPrincipal",
    hit: { NotPrincipal: { AWS: others } },
    miss: {
      NotPrincipal:
        who.kind === "service"
          ? { Service: who.principal }
          : { AWS: random.is(0.5) ? own : [...own, ...others] },
    },
  };
}

// Statements

class Maker {
  constructor(random, request, ask, counts) {
    Object.assign(this, { random, request, ask, counts });
  }

  /** @param {string} layer @param {"Allow" | "Deny"} effect @param {{ level?: string, applies?: boolean }} more */
  statement(layer, effect, { level, applies = true } = {}) {
    const { random, request, ask, counts } = this;
    const elements = [
      actionElement(random, ask.action),
      resourceElement(random, request, layer !== "key-policy"),
    ];
    if (layer === "key-policy") {
      const isAllBut = effect === "Deny" && random.is(0.2);
      elements.push(
        isAllBut
          ? notPrincipalElement(random, request)
          : principalElement(random, request, level ?? this.anyLevel()),
      );
    }
    if (random.is(0.9)) elements.push(makeCondition(random, ask.facts, counts));
    while (random.is(0.3) && elements.length < 6)
      elements.push(makeCondition(random, ask.facts, counts));
    return { layer, effect, elements, missed: applies ? -1 : random.below(elements.length) };
  }

  anyLevel() {
    return this.random.pick(Object.keys(namesOf(this.request)));
  }

  /** The statements that together allow the request. */
  essentials() {
    const { random, request } = this;
    const { who, key } = request;
    const identity = () =>
      this.statement(random.pick(["identity-inline", "identity-managed"]), "Allow");
    if (!key) return who.identity ? [identity()] : [];
    const level = this.anyLevel();
    const onKey = this.statement("key-policy", "Allow", { level });
    const isForeign = key.account !== who.account && who.kind !== "service";
    const needsIdentity = who.identity && (isForeign || level === "account");
    return needsIdentity ? [onKey, identity()] : [onKey];
  }
}

/** Whether two conditions can stand in one Condition element: under one operator a key stands once. */
function joins(condition, more) {
  return Object.entries(more).every(([operator, keys]) =>
    Object.keys(keys).every(
      (key) =>
        !Object.keys(condition[operator] ?? {}).some(
          (other) => other.toLowerCase() === key.toLowerCase(),
        ),
    ),
  );
}

function written({ effect, elements }, missed) {
  const statement = { Effect: effect };
  const condition = {};
  for (const [index, element] of elements.entries()) {
    const said = index === missed ? element.miss : element.hit;
    if (element.kind !== "condition") {
      Object.assign(statement, said);
    } else if (joins(condition, said)) {
      for (const [operator, keys] of Object.entries(said)) {
        condition[operator] = { ...condition[operator], ...keys };
      }
    }
  }
  return Object.keys(condition).length > 0 ? { ...statement, Condition: condition } : statement;
}

/**
 * The policies of a scenario, or of its twin.
 * @returns {Record<string, object[]>} the statements of each layer
 */
export function policiesOf(scenario, isTwin) {
  const layers = {};
  for (const statement of scenario.statements) {
    const isFocus = statement === scenario.focus.statement;
    let { missed } = statement;
    if (isFocus) missed = isTwin === (statement.effect === "Allow") ? scenario.focus.index : -1;
    layers[statement.layer] ??= [];
    layers[statement.layer].push(written(statement, missed));
  }
  return layers;
}

/** Of some requests the one with the condition key that has been decisive least often. */
function rareRequest(random, world, counts) {
  const countOf = (key) => counts.keys.get(familyOf(key)) ?? 0;
  const least = ({ asks }) =>
    Math.min(...asks.flatMap(({ facts }) => Object.keys(facts).map(countOf)));
  const requests = Array.from({ length: 3 }, () => makeRequest(random, world));
  return requests.reduce((best, other) => (least(other) < least(best) ? other : best));
}

/**
 * @param {import("./random.mjs").Random} random
 * @param {object} world
 * @param {Record<string, Map<string, number>>} counts how often what was decisive; the rarest is sought
 */
export function makeScenario(random, world, counts) {
  const request = rareRequest(random, world, counts);
  const ask = random.pick(request.asks);
  const make = new Maker(random, request, ask, counts);
  const essentials = make.essentials();
  const statements = [...essentials];
  const layers = request.key ? ["key-policy"] : [];
  if (request.who.identity) {
    layers.push("identity-inline", "identity-managed");
    const limits = ["permissions-boundary"];
    if (request.who.identity.kind === "Role") limits.push("session-policy");
    for (const layer of random.some(limits, 0.45)) {
      layers.push(layer);
      statements.push(make.statement(layer, "Allow", { applies: random.is(0.9) }));
    }
  }
  const candidates = statements.filter(({ missed }) => missed < 0);
  if (layers.length > 0) {
    // Those that do not apply, and among them those that one element keeps from denying.
    while (random.is(0.4))
      statements.push(make.statement(random.pick(layers), "Allow", { applies: false }));
    while (random.is(0.5)) {
      const denial = make.statement(random.pick(layers), "Deny", { applies: false });
      statements.push(denial);
      candidates.push(denial);
    }
  }
  if (candidates.length === 0) return undefined;
  const layerOf = ({ layer, effect }) => counts.layers.get(`${layer}, ${effect}`) ?? 0;
  const statement = rarest(random, candidates, layerOf);
  const conditions = [...statement.elements.keys()].filter(
    (index) => statement.elements[index].kind === "condition",
  );
  const index =
    conditions.length > 0 && random.is(0.88)
      ? random.pick(conditions)
      : random.below(statement.elements.length);
  return {
    request,
    ask,
    statements: random.is(0.5) ? statements : statements.reverse(),
    focus: { statement, index },
  };
}
