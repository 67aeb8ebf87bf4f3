// Lists, page by page: every item once, whatever comes and goes between two pages.

import assert from "node:assert/strict";
import test from "node:test";
import { operationsWith } from "../lib/model.mjs";
import { CERTIFICATE, PRINCIPAL, World } from "../lib/world.mjs";

/**
 * By operation: the list's member, what tells its items apart, its default and greatest page (AWS's documentation),
 * how to make the `number`th item, and what the list is asked with.
 */
const LISTS = {
  DescribeCustomKeyStores: {
    of: "CustomKeyStores",
    by: "CustomKeyStoreId",
    make: async (w, _, number) => {
      const digits = String(number)
        .padStart(2, "2")
        .replaceAll(/[0189]/g, (digit) => "abcd"["0189".indexOf(digit)]);
      await w.send("CreateCustomKeyStore", {
        CustomKeyStoreName: `store ${number}`,
        CloudHsmClusterId: `cluster-2a34b5cde${digits}`,
        TrustAnchorCertificate: CERTIFICATE,
        KeyStorePassword: "password",
      });
    },
    most: 10,
  },
  ListAliases: {
    of: "Aliases",
    by: "AliasName",
    sizes: [50, 100],
    make: (w, KeyId, number) =>
      w.send("CreateAlias", { AliasName: `alias/${number}`, TargetKeyId: KeyId }),
    most: 50,
  },
  ListGrants: {
    of: "Grants",
    by: "GrantId",
    sizes: [50, 100],
    make: (w, KeyId) => w.grant(KeyId),
    input: (KeyId) => ({ KeyId }),
  },
  ListKeyPolicies: {
    of: "PolicyNames",
    sizes: [100, 1000],
    input: (KeyId) => ({ KeyId }),
    most: 1,
  },
  ListKeyRotations: {
    of: "Rotations",
    by: "KeyMaterialId",
    sizes: [100, 1000],
    make: (w, KeyId) => w.send("RotateKeyOnDemand", { KeyId }),
    input: (KeyId) => ({ KeyId }),
    most: 25,
  },
  ListKeys: { of: "Keys", by: "KeyId", sizes: [100, 1000], make: (w) => w.key() },
  ListResourceTags: {
    of: "Tags",
    by: "TagKey",
    sizes: [50, 50],
    make: (w, KeyId, number) =>
      w.send("TagResource", { KeyId, Tags: [{ TagKey: `tag ${number}`, TagValue: "" }] }),
    input: (KeyId) => ({ KeyId }),
    most: 50,
  },
  ListRetirableGrants: {
    of: "Grants",
    by: "GrantId",
    sizes: [50, 100],
    make: (w, KeyId) => w.grant(KeyId),
    input: () => ({ RetiringPrincipal: PRINCIPAL }),
  },
};

test("every operation that pages is here", () => {
  assert.deepEqual(Object.keys(LISTS), operationsWith("Marker"));
});

async function open(t) {
  const w = await World.open();
  t.after(() => w.close());
  return { w, KeyId: await w.key() };
}

for (const [operation, list] of Object.entries(LISTS)) {
  const { of, by, sizes, make, input = () => ({}), most = Number.POSITIVE_INFINITY } = list;

  /** All pages from `Marker` on, each checked. */
  const pages = async (w, KeyId, Limit, between = () => {}) => {
    const items = [];
    let Marker;
    do {
      const page = await w.send(operation, {
        ...input(KeyId),
        ...(Limit && { Limit }),
        ...(Marker && { Marker }),
      });
      assert.ok(page[of].length <= (Limit ?? sizes[0]), "no page is longer than asked");
      assert.equal(page.Truncated, "NextMarker" in page, "a marker stands where there is more");
      items.push(...page[of].map((item) => (by ? item[by] : item)));
      Marker = page.NextMarker;
      if (Marker) await between();
    } while (Marker);
    return items;
  };

  test(`${operation} gives every item once, however long the pages are`, async (t) => {
    const { w, KeyId } = await open(t);
    const count = Math.min(7, most);
    for (let number = 1; make && number <= count; number++) await make(w, KeyId, number);
    const whole = await pages(w, KeyId, 50);
    const expected = operation === "ListKeys" ? count + 1 : count;
    assert.equal(new Set(whole).size, expected);
    for (const Limit of [1, 2, 3, expected, expected + 1]) {
      assert.deepEqual(await pages(w, KeyId, Limit), whole, `pages of ${Limit}`);
    }
  });

  if (make) {
    test(`${operation} misses nothing and repeats nothing while items are added`, async (t) => {
      const { w, KeyId } = await open(t);
      const count = Math.min(6, most - 4);
      for (let number = 1; number <= count; number++) await make(w, KeyId, number);
      const before = await pages(w, KeyId, 50);
      let next = count;
      const seen = await pages(w, KeyId, 2, async () => {
        next += 1;
        if (next <= count + 3) await make(w, KeyId, next);
      });
      assert.equal(new Set(seen).size, seen.length, "none is repeated");
      const missed = before.filter((item) => !seen.includes(item));
      assert.deepEqual(missed, [], "none that was there is missed");
    });
  }

  test(`${operation} takes no marker that it has not given`, async (t) => {
    const { w, KeyId } = await open(t);
    const made = { ...input(KeyId), Marker: "made up" };
    const { name } = await w.refusal(operation, made);
    // ListKeyPolicies has one item and no InvalidMarkerException in its model.
    const expected =
      operation === "ListKeyPolicies" ? "ValidationException" : "InvalidMarkerException";
    assert.equal(name, expected);
  });

  if (sizes) {
    test(`${operation} gives ${sizes[0]} items where nothing is said and at most ${sizes[1]}`, async (t) => {
      const { w, KeyId } = await open(t);
      const enough = Math.min(sizes[0] + 1, most);
      for (let number = 1; make && number <= enough; number++) await make(w, KeyId, number);
      const { [of]: first } = await w.send(operation, input(KeyId));
      assert.equal(first.length, Math.min(sizes[0], enough));
      await w.send(operation, { ...input(KeyId), Limit: sizes[1] });
      if (sizes[1] < 1000) {
        const { name } = await w.refusal(operation, { ...input(KeyId), Limit: sizes[1] + 1 });
        assert.equal(name, "ValidationException");
      }
    });
  }
}
