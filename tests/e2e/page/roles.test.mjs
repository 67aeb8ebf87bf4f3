// Who may what: who you are, everywhere; the table and its reasons; policies, grants, lessons.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openSite } from "../harness.mjs";
import { go, onStep, openPage, ready, settled } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite({ context: { reducedMotion: "reduce" } });
});
after(() => site.close());

const KEY_ADMIN = "arn:aws:iam::000000000000:user/key-admin";

function cell(page, who, operation) {
  return page.locator(`[data-cell="${who} ${operation}"]`);
}

/** Waits for a cell to say so. */
async function says(page, who, operation, verdict) {
  await page.locator(`[data-cell="${who} ${operation}"][data-verdict="${verdict}"]`).waitFor();
}

/** Roles, with everybody there. */
async function openScene(page) {
  await go(page, "#/roles");
  await cell(page, "root", "Decrypt").waitFor();
  const scene = page.getByTestId("set-scene");
  if ((await scene.count()) > 0) await scene.click();
  await cell(page, "auditor", "Decrypt").waitFor();
}

async function become(page, name) {
  await page.getByTestId("who").click();
  await page.getByTestId(`be-${name}`).click();
  await page.getByTestId("live").getByText(`You act as ${name}`).waitFor();
  await settled(page);
}

async function openRoles() {
  const page = await openPage(site);
  await openScene(page);
  return page;
}

/** A tab that begins with a store of its own. */
async function fresh(work) {
  const own = await openSite({ context: { reducedMotion: "reduce" } });
  try {
    const page = await openPage(own);
    await openScene(page);
    await work(page);
  } finally {
    await own.close();
  }
}

function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}

test("you begin as the account's root, and the scene is really in IAM", async () => {
  const page = await openPage(site);
  assert.match(await page.getByTestId("who").textContent(), /You, the account's root/);
  await go(page, "#/roles");
  await page.getByTestId("set-scene").click();
  await cell(page, "auditor", "DescribeKey").waitFor();
  await says(page, "auditor", "DescribeKey", "yes");
  await says(page, "auditor", "Decrypt", "no");
  await says(page, "444455556666", "Encrypt", "no");
  const names = await page.evaluate(async () => {
    const { Users } = await window.tabkms.iam.send("ListUsers");
    const { Roles } = await window.tabkms.iam.send("ListRoles");
    return [...Users.map((one) => one.UserName), ...Roles.map((one) => one.RoleName)].sort();
  });
  assert.deepEqual(names, ["app", "auditor", "clerk", "key-admin"]);
  await page.close();
});

test("whom you become, the flow calls as: it refuses with AWS's message, and leads to the reason", async () => {
  const page = await openRoles();
  await go(page, "#/flow/1");
  await become(page, "clerk");
  await page.keyboard.press("ArrowRight");
  const note = page.locator('[data-place="kms"] [data-testid="refusal"]');
  await note.getByText("AccessDeniedException").waitFor();
  const arn = await page.evaluate(async () => {
    const { KeyMetadata } = await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" });
    return KeyMetadata.Arn;
  });
  assert.ok(
    plain(await note.textContent()).includes(
      "User: arn:aws:iam::000000000000:user/clerk is not authorized to perform: kms:GenerateDataKey on " +
        `resource: ${arn} because no identity-based policy allows the kms:GenerateDataKey action`,
    ),
  );
  await note.getByRole("link", { name: "See why" }).click();
  await page.getByTestId("verdict").getByText("may not GenerateDataKey").waitFor();
  assert.match(page.url(), /#\/roles\/[0-9a-f-]+\/GenerateDataKey$/);

  // It stays over a reload, and in every view.
  await page.reload();
  await ready(page);
  assert.match(await page.getByTestId("who").textContent(), /clerk/);
  await go(page, "#/keys");
  await page.getByTestId("disable").click();
  await page.locator(".key-list .refusal").getByText("kms:DisableKey").waitFor();

  await become(page, "root");
  await go(page, "#/flow/2");
  await onStep(page, 2);
  assert.equal(await page.getByTestId("refusal").count(), 0);
  await page.close();
});

test("an error in the policy is marked where it stands, and nothing is put", async () => {
  const page = await openRoles();
  const text = page.getByTestId("policy-text");
  const before = await text.inputValue();
  assert.match(before, /key-default-1/);
  await text.fill(before.replace('"Allow"', '"Alow"'));
  assert.equal(await page.getByTestId("policy-mark").textContent(), '"Alow"');
  assert.match(await page.locator(".pe-bad").textContent(), /6/);
  await page.getByTestId("policy-status").getByText("at line 6, column 16").waitFor();
  assert.equal(await text.getAttribute("aria-invalid"), "true");
  await page.getByTestId("policy-put").click();
  await page.locator(".paper .refusal").getByText("MalformedPolicyDocumentException").waitFor();
  await page.getByTestId("policy-undo").click();
  assert.equal(await text.inputValue(), before);
  assert.equal(await page.getByTestId("policy-mark").count(), 0);

  await text.fill(before.replace("kms:*", "kms:Decrypt"));
  await page
    .getByTestId("policy-status")
    .getByText("The new key policy will not allow you to update the key policy")
    .waitFor();
  await page.getByTestId("policy-status").getByText("Leave kms:PutKeyPolicy to").waitFor();
  await page.getByTestId("policy-undo").click();
  const { Policy } = await page.evaluate(async () => {
    const { KeyMetadata } = await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" });
    return window.tabkms.send("GetKeyPolicy", { KeyId: KeyMetadata.KeyId });
  });
  assert.equal(Policy, before);
  await page.close();
});

test("the console's default policy by ticks: the text, the table, and back", async () => {
  await fresh(async (page) => {
    await says(page, "clerk", "Decrypt", "no");
    await page.getByTestId("console-form").locator("summary").click();
    await page.getByTestId("administrators-key-admin").check();
    await page.getByTestId("users-clerk").check();
    await says(page, "clerk", "Decrypt", "no");
    await page.getByTestId("policy-status").getByText("It would be accepted").waitFor();
    const policy = JSON.parse(await page.getByTestId("policy-text").inputValue());
    assert.equal(policy.Id, "key-consolepolicy-3");
    assert.deepEqual(
      policy.Statement.map((one) => one.Sid),
      [
        "Enable IAM User Permissions",
        "Allow access for Key Administrators",
        "Allow use of the key",
        "Allow attachment of persistent resources",
      ],
    );
    assert.deepEqual(policy.Statement[1].Principal, { AWS: KEY_ADMIN });
    await page.getByTestId("policy-put").click();
    await says(page, "clerk", "Decrypt", "yes");
    await says(page, "key-admin", "PutKeyPolicy", "yes");
    await says(page, "key-admin", "Decrypt", "no");
    await says(page, "app", "Decrypt", "no");

    // The deciding statement is marked in the text of the policy itself.
    await cell(page, "clerk", "Decrypt").click();
    const decides = page.locator('[data-layer="key-policy"] .st.decides');
    const said = JSON.parse(await decides.locator(".st-text").textContent());
    assert.equal(said.Sid, "Allow use of the key");
    assert.match(await decides.locator(".st-note").textContent(), /this allows it/);
    const misses = page.locator('[data-statement="1"] [data-testid="miss"]');
    assert.match(await misses.textContent(), /^"Action": \[/);

    await page.getByTestId("do-it").click();
    await page.getByTestId("attempt").getByText("super secret text").waitFor();

    await page.getByTestId("policy-back").click();
    await says(page, "clerk", "Decrypt", "no");
    assert.match(await page.getByTestId("policy-text").inputValue(), /key-default-1/);
  });
});

test("what is missing can be added, to IAM or to the key policy; done, it answers", async () => {
  await fresh(async (page) => {
    await cell(page, "clerk", "Encrypt").click();
    await page.getByTestId("why-message").getByText("no identity-based policy allows").waitFor();
    await page.getByTestId("do-it").click();
    await page.getByTestId("attempt").getByText("AccessDenied").waitFor();
    await page.getByTestId("add-it").click();
    await says(page, "clerk", "Encrypt", "yes");
    await page.locator('[data-layer="identity-policy"] .st.decides').waitFor();
    await page.getByTestId("paper-iam").click();
    await page.locator('[data-policy="allow-Encrypt"]').waitFor();
    await page.getByRole("button", { name: "Delete allow-Encrypt" }).click();
    await says(page, "clerk", "Encrypt", "no");

    await cell(page, "444455556666", "Encrypt").click();
    await page.getByTestId("add-it").click();
    await says(page, "444455556666", "Encrypt", "yes");
    await cell(page, "444455556666", "PutKeyPolicy").click();
    await page.getByTestId("missing").getByText("never crosses accounts").waitFor();
    assert.equal(await page.getByTestId("add-it").count(), 0);
  });
});

test("IAM policies are edited, a boundary limits, and somebody of your own comes and goes", async () => {
  await fresh(async (page) => {
    await page.getByTestId("new-person").fill("mallory");
    await page.getByTestId("make-person").click();
    await cell(page, "mallory", "Decrypt").click();
    await page.getByTestId("paper-iam").click();
    await page.getByTestId("create-policy").click();
    await says(page, "mallory", "Decrypt", "yes");
    const text = page.locator('[data-policy="allow-decrypt"] textarea');
    await text.fill((await text.inputValue()).replace("kms:Decrypt", "Decrypt"));
    await page.getByTestId("policy-mark").waitFor();
    assert.equal(await page.getByTestId("policy-mark").textContent(), '"Decrypt"');
    await page.getByTestId("policy-undo").click();
    await page.getByTestId("boundary").click();
    await says(page, "mallory", "Decrypt", "no");
    await page.locator('[data-layer="permissions-boundary"]').waitFor();
    await page.getByTestId("boundary").click();
    await says(page, "mallory", "Decrypt", "yes");
    await become(page, "mallory");
    await page.getByTestId("remove-person").click();
    await cell(page, "mallory", "Decrypt").waitFor({ state: "detached" });
    assert.match(await page.getByTestId("who").textContent(), /You, the account's root/);
    await page.getByTestId("remove-people").click();
    await page.getByTestId("set-scene").waitFor();
  });
});

test("grants: made with a constraint, asked with its context, refused to the wrong hands, revoked", async () => {
  await fresh(async (page) => {
    await page.getByTestId("paper-grants").click();
    await page.getByTestId("no-grants").waitFor();
    await page.getByTestId("grant-grantee").selectOption({ label: "clerk" });
    await page.getByTestId("grant-retiring").selectOption({ label: "auditor" });
    await page.getByTestId("grant-context-name").fill("app");
    await page.getByTestId("grant-context-value").fill("billing");
    await page.getByTestId("create-grant").click();
    await page.getByTestId("grant").getByText("where the context has app=billing").waitFor();
    await says(page, "clerk", "Decrypt", "no");
    await cell(page, "clerk", "Decrypt").click();
    await page.locator('[data-layer="grant"]').getByText("its constraint is not met").waitFor();

    await page.getByTestId("context-name-0").fill("app");
    await page.getByTestId("context-name-0").press("Tab");
    await page.getByTestId("context-value-0").fill("billing");
    await page.getByTestId("context-value-0").press("Tab");
    await says(page, "clerk", "Decrypt", "yes");
    await page.getByTestId("do-it").click();
    await page.getByTestId("attempt").getByText("super secret text").waitFor();

    await become(page, "clerk");
    await page.getByTestId("revoke").click();
    await page.locator("tk-grants .refusal").getByText("kms:RevokeGrant").waitFor();
    await become(page, "auditor");
    await page.getByTestId("retire").click();
    await page.getByTestId("no-grants").waitFor();
    await says(page, "clerk", "Decrypt", "no");
  });
});

test("the lesson of the administrator: refused, the way round, the trace, the deny", async () => {
  await fresh(async (page) => {
    await page.getByTestId("lesson-separation").click();
    const step = async (number, refused) => {
      await page.getByTestId("lesson-step").click();
      await page.locator(`.strip-steps li:nth-child(${number}).done`).waitFor();
      const outcomes = page.getByTestId("tried");
      assert.deepEqual(
        await outcomes.evaluateAll((all) => all.map((one) => one.dataset.refused === "true")),
        refused,
        `step ${number}`,
      );
    };
    await step(1, [false]);
    await says(page, "key-admin", "PutKeyPolicy", "yes");
    await step(2, [true]);
    await page.getByTestId("verdict").getByText("may not Decrypt").waitFor();
    await step(3, [false]);
    await says(page, "key-admin", "Decrypt", "yes");
    await step(4, [false]);
    await page.getByTestId("strip-done").getByText("super secret text").waitFor();
    await step(5, [false]);
    await says(page, "key-admin", "Decrypt", "no");
    const views = await page.locator(".top nav a").allTextContents();
    assert.equal(await page.getByTestId("to-log").count(), views.includes("Log") ? 1 : 0);
    await step(6, [false, true, true]);
    await says(page, "key-admin", "PutKeyPolicy", "deny");
    const denies = page.locator(".st.decides.denies .st-text");
    assert.match(await denies.textContent(), /Only the root changes who may/);
    await page.getByTestId("missing").getByText("A deny wins").waitFor();
    await page.getByTestId("lesson-leave").click();
    await page.getByTestId("strip").waitFor({ state: "detached" });

    // What the page sets up as a lesson leaves the demo's key alone.
    await go(page, "#/flow/1");
    await go(page, "#/flow/2");
    assert.equal(await page.getByTestId("refusal").count(), 0);
  });
});

test("two short lessons: another account, and the context as a condition", async () => {
  await fresh(async (page) => {
    const outcomes = () =>
      page
        .getByTestId("tried")
        .evaluateAll((all) =>
          all.map((one) => [one.querySelector("strong").textContent, one.dataset.refused]),
        );
    await page.getByTestId("lesson-accounts").click();
    await page.getByTestId("lesson-step").click();
    await page.getByTestId("strip-done").waitFor();
    assert.deepEqual(await outcomes(), [
      ["root", "false"],
      ["444455556666, root", "false"],
      ["444455556666, carol", "true"],
      ["444455556666, root", "true"],
    ]);
    await says(page, "444455556666", "Decrypt", "yes");
    await page.getByTestId("lesson-context").click();
    await page.getByTestId("lesson-step").click();
    await page.getByTestId("strip-done").waitFor();
    assert.deepEqual(
      (await outcomes()).map(([, refused]) => refused),
      ["false", "false", "true", "true"],
    );
    await says(page, "clerk", "Decrypt", "yes");
    assert.equal(await page.getByTestId("context-value-0").inputValue(), "billing");
    await page.getByTestId("context-value-0").fill("Billing");
    await page.getByTestId("context-value-0").press("Enter");
    await says(page, "clerk", "Decrypt", "no");
    await page.locator('[data-statement="1"] [data-testid="miss"]').waitFor();
  });
});

test("by keyboard alone: choose who, walk the table, ask, and put a policy", async () => {
  await fresh(async (page) => {
    await page.getByTestId("who").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByTestId("live").getByText("You act as key-admin").waitFor();

    const here = page.locator(".may.on");
    await here.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    await page.getByTestId("verdict").getByText("may Decrypt").waitFor();
    // The focus moves with the choice, once the table is drawn anew.
    await page.waitForFunction(() => document.activeElement.dataset.cell === "root Decrypt");
    await page.getByTestId("live").getByText("root may Decrypt, by the key policy.").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByTestId("verdict").getByText("may not Decrypt").waitFor();

    await page.getByTestId("paper-key").focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "IAM policies of key-admin" }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.getByTestId("policy-text").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type(" ");
    await page.getByTestId("policy-status").getByText("kms:PutKeyPolicy").waitFor();
  });
});

test("a policy that shuts out the root too leaves the page alive", async () => {
  await fresh(async (page) => {
    await page.evaluate(async (admin) => {
      const { KeyMetadata } = await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" });
      const statement = { Effect: "Allow", Principal: { AWS: admin }, Action: "kms:*" };
      await window.tabkms.send("PutKeyPolicy", {
        KeyId: KeyMetadata.KeyId,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: { ...statement, Resource: "*" },
        }),
        BypassPolicyLockoutSafetyCheck: true,
      });
    }, KEY_ADMIN);
    await says(page, "root", "Decrypt", "no");
    await page.reload();
    await ready(page);
    await says(page, "root", "PutKeyPolicy", "no");
    await says(page, "key-admin", "Decrypt", "yes");
    await go(page, "#/keys");
    await page.getByTestId("key").first().getByText("alias/demo").waitFor();
  });
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing in Roles at ${width} pixels, ${colorScheme}`, async () => {
      const page = await openRoles();
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      const check = async (what) => {
        await page.waitForTimeout(200);
        await assertAccessible(page, `${what}, ${width}, ${colorScheme}`);
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(over <= 0, `${what} is ${over} pixels too wide`);
      };
      await page.getByTestId("console-form").locator("summary").click();
      const text = page.getByTestId("policy-text");
      await text.fill(`${await text.inputValue()},`);
      await page.getByTestId("policy-mark").waitFor();
      await check("an error in the policy");
      await page.getByTestId("policy-undo").click();
      await page.getByTestId("paper-iam").click();
      await cell(page, "auditor", "Decrypt").click();
      await page.locator("[data-policy]").waitFor();
      await check("IAM policies");
      await page.getByTestId("paper-grants").click();
      await check("grants");
      await page.getByTestId("lesson-context").click();
      await page.getByTestId("lesson-step").click();
      await page.getByTestId("strip-done").waitFor();
      await check("a lesson");
      await page.getByTestId("who").click();
      await check("who you are");
      await page.close();
    });
  }
}
