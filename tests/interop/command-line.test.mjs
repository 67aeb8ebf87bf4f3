// The AWS CLI, versions 1 and 2, in a real shell: the tutorial's command line as it is written, and what else people
// type. Version 1 learns of the endpoint by AWS_ENDPOINT_URL, version 2 by --endpoint-url.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { awsVersion2 } from "../../scripts/lib/clients.mjs";
import { clients, environment, shell } from "./clients.mjs";
import { startEndpoint } from "./endpoint.mjs";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NO_SUCH_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab";

// The tutorial's, letter by letter.
const ENCRYPT =
  "aws kms encrypt --key-id alias/demo --plaintext fileb://MY_FILE.txt --output text --query CiphertextBlob | base64 --decode > MY_ENCRYPTED_FILE.enc";
const DECRYPT =
  "aws kms decrypt --ciphertext-blob fileb://MY_ENCRYPTED_FILE.enc --output text --query Plaintext | base64 --decode > MY_DECRYPTED_FILE.txt";

const VERSIONS = [
  {
    name: "AWS CLI 1",
    folder: () => clients(),
    banner: "aws-cli/1.",
    // The exit code where the service refuses, and where the command line cannot be read.
    refused: 255,
    misread: 2,
    global: () => "",
    variables: (url) => ({ AWS_ENDPOINT_URL: url }),
    // Version 1 takes a blob's bytes as they stand on the command line.
    blobIn: (text) => text,
    takesBinaryFormat: false,
    time: /^\d+(\.\d+)?$/,
  },
  {
    name: "AWS CLI 2",
    folder: () => awsVersion2() && dirname(awsVersion2()),
    banner: "aws-cli/2.",
    refused: 254,
    misread: 252,
    global: (url) => `--endpoint-url ${url}`,
    variables: () => ({}),
    // Version 2 takes base64, unless told otherwise.
    blobIn: (text) => Buffer.from(text).toString("base64"),
    takesBinaryFormat: true,
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/,
  },
];

for (const version of VERSIONS) {
  const first = version.folder();
  const skip = first === undefined && "no `aws` of version 2 on PATH";
  describe(version.name, { skip }, () => {
    let endpoint;
    let cwd;
    let env;
    let demoKey;

    before(async () => {
      endpoint = await startEndpoint();
      cwd = mkdtempSync(join(tmpdir(), "tabkms-aws-"));
      env = environment(first, version.variables(endpoint.url));
      demoKey = await aws("kms create-key --query KeyMetadata.KeyId --output text");
      await aws(`kms create-alias --alias-name alias/demo --target-key-id ${demoKey}`);
    });
    after(async () => {
      rmSync(cwd, { recursive: true, force: true });
      await endpoint.close();
    });

    /** Runs a line as it is typed, but for the endpoint that version 2 has to be told. */
    function run(line) {
      const option = version.global(endpoint.url);
      return shell(option ? line.replaceAll(/\baws (?=kms|sts)/g, `aws ${option} `) : line, {
        cwd,
        env,
      });
    }

    /** What `aws …` prints, without the line's end; fails where it fails. */
    async function aws(line) {
      const { code, stdout, stderr } = await run(`aws ${line}`);
      assert.deepEqual([code, stderr], [0, ""], `aws ${line}\n${stdout}`);
      return stdout.trimEnd();
    }

    async function json(line) {
      const said = await aws(`${line} --output json`);
      return said === "" ? undefined : JSON.parse(said);
    }

    /** That `aws …` is refused, with that code and that message on standard error. */
    async function isRefused(line, pattern) {
      const { code, stdout, stderr } = await run(`aws ${line}`);
      assert.deepEqual([code, stdout], [version.refused, ""], stderr);
      assert.match(stderr.trim(), pattern);
    }

    const file = (name) => readFileSync(join(cwd, name));

    test("it is the version that it is taken for", async () => {
      const { stdout, code } = await run("aws --version");
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(version.banner), stdout);
    });

    test("the tutorial's command line runs as it is written, and gives the file back", async () => {
      const text = Buffer.from(
        "The tutorial's own file.\r\nZwei Zeilen, \u{1f511} und ein Nullbyte: \0",
      );
      writeFileSync(join(cwd, "MY_FILE.txt"), text);
      for (const line of [ENCRYPT, DECRYPT]) {
        assert.deepEqual(await run(`set -e; ${line}`), { code: 0, stdout: "", stderr: "" });
      }
      assert.deepEqual(file("MY_DECRYPTED_FILE.txt"), text);
      const sealed = file("MY_ENCRYPTED_FILE.enc");
      assert.ok(sealed.length > text.length);
      assert.equal(sealed.includes(text.subarray(0, 12)), false);
    });

    test("a file of 4096 bytes goes, and one more does not", async () => {
      const bytes = Buffer.alloc(4096, 255);
      writeFileSync(join(cwd, "MY_FILE.txt"), bytes);
      await run(ENCRYPT);
      await run(DECRYPT);
      assert.deepEqual(file("MY_DECRYPTED_FILE.txt"), bytes);
      writeFileSync(join(cwd, "TOO_LONG"), Buffer.alloc(4097));
      const line = "kms encrypt --key-id alias/demo --plaintext fileb://TOO_LONG";
      const message =
        /\(ValidationException\) when calling the Encrypt operation: 1 validation error/;
      await isRefused(line, message);
    });

    test("blobs go in and come out in the version's own format", async () => {
      const text = "hello, world";
      const plaintext = `--key-id alias/demo --plaintext '${version.blobIn(text)}'`;
      const { CiphertextBlob } = await json(`kms encrypt ${plaintext}`);
      writeFileSync(join(cwd, "blob"), Buffer.from(CiphertextBlob, "base64"));
      const opened = await json("kms decrypt --ciphertext-blob fileb://blob");
      assert.equal(Buffer.from(opened.Plaintext, "base64").toString(), text);
      assert.equal(opened.EncryptionAlgorithm, "SYMMETRIC_DEFAULT");
    });

    test("--cli-binary-format is version 2's alone", async () => {
      const line = `kms encrypt --key-id alias/demo --plaintext hello --cli-binary-format raw-in-base64-out`;
      const query = "--output text --query CiphertextBlob";
      const { code, stdout, stderr } = await run(`aws ${line} ${query}`);
      if (!version.takesBinaryFormat) {
        assert.notEqual(code, 0);
        assert.match(stderr, /Unknown options: --cli-binary-format/);
        return;
      }
      assert.deepEqual([code, stderr], [0, ""]);
      writeFileSync(join(cwd, "raw"), Buffer.from(stdout, "base64"));
      const opened = await aws(
        "kms decrypt --ciphertext-blob fileb://raw --output text --query Plaintext",
      );
      assert.equal(Buffer.from(opened, "base64").toString(), "hello");
    });

    test("an encryption context is asked for again", async () => {
      const context = "--encryption-context purpose=test,name='Ada L.'";
      const query = "--output text --query CiphertextBlob";
      const plaintext = `--plaintext '${version.blobIn("secret")}'`;
      const blob = await aws(`kms encrypt --key-id alias/demo ${plaintext} ${context} ${query}`);
      writeFileSync(join(cwd, "bound"), Buffer.from(blob, "base64"));
      const decrypt = "kms decrypt --ciphertext-blob fileb://bound";
      const { Plaintext } = await json(
        `${decrypt} --encryption-context '{"name":"Ada L.","purpose":"test"}'`,
      );
      assert.equal(Buffer.from(Plaintext, "base64").toString(), "secret");
      // AWS says nothing of its own here.
      const message =
        /^An error occurred \(InvalidCiphertextException\) when calling the Decrypt operation:/;
      await isRefused(decrypt, message);
      await isRefused(`${decrypt} --encryption-context purpose=other`, message);
    });

    test("a data key comes in plaintext and under its key", async () => {
      const made = await json("kms generate-data-key --key-id alias/demo --key-spec AES_256");
      const dataKey = Buffer.from(made.Plaintext, "base64");
      assert.equal(dataKey.length, 32);
      writeFileSync(join(cwd, "data-key"), Buffer.from(made.CiphertextBlob, "base64"));
      const opened = await json("kms decrypt --ciphertext-blob fileb://data-key");
      assert.deepEqual(Buffer.from(opened.Plaintext, "base64"), dataKey);
      assert.equal(opened.KeyId, made.KeyId);
      const without =
        "kms generate-data-key-without-plaintext --key-id alias/demo --number-of-bytes 64";
      assert.equal("Plaintext" in (await json(without)), false);
    });

    test("keys are made, described in their Region, and listed page by page", async () => {
      const region = "--region eu-central-1";
      const made = [];
      for (const name of ["one", "two", "three"]) {
        const { KeyMetadata } = await json(
          `kms create-key ${region} --description '${name}' --tags TagKey=name,TagValue=${name}`,
        );
        assert.match(KeyMetadata.KeyId, UUID);
        assert.match(String(KeyMetadata.CreationDate), version.time);
        assert.equal(
          KeyMetadata.Arn,
          `arn:aws:kms:eu-central-1:${endpoint.account}:key/${KeyMetadata.KeyId}`,
        );
        made.push(KeyMetadata.KeyId);
      }
      const query = "--query 'Keys[].KeyId' --output text";
      const ids = (text) => text.split(/\s+/).filter((word) => UUID.test(word));
      const all = ids(await aws(`kms list-keys ${region} --page-size 1 ${query}`));
      assert.deepEqual([...all].sort(), [...made].sort());
      const first = await json(`kms list-keys ${region} --page-size 1 --max-items 2`);
      assert.deepEqual(
        first.Keys.map(({ KeyId }) => KeyId),
        all.slice(0, 2),
      );
      const rest = await json(`kms list-keys ${region} --starting-token ${first.NextToken}`);
      assert.deepEqual(
        rest.Keys.map(({ KeyId }) => KeyId),
        all.slice(2),
      );
      const page = await json(`kms list-keys ${region} --limit 2 --no-paginate`);
      assert.deepEqual([page.Keys.length, page.Truncated], [2, true]);
      const marked = await json(
        `kms list-keys ${region} --no-paginate --marker ${page.NextMarker}`,
      );
      assert.deepEqual([marked.Keys.length, marked.Truncated], [1, false]);
      const tags = `kms list-resource-tags ${region} --key-id ${made[1]} --query 'Tags[0].TagValue'`;
      assert.equal(await aws(`${tags} --output text`), "two");
      // They are not here.
      await isRefused(`kms describe-key --key-id ${made[0]}`, /NotFoundException/);
    });

    test("what one key signs, it verifies, and so does OpenSSL by its public key", async () => {
      const key = await aws(
        "kms create-key --key-spec ECC_NIST_P256 --key-usage SIGN_VERIFY --query KeyMetadata.KeyId --output text",
      );
      const message = Buffer.from("to be signed\n");
      writeFileSync(join(cwd, "message"), message);
      writeFileSync(join(cwd, "digest"), createHash("sha256").update(message).digest());
      const how = `--key-id ${key} --signing-algorithm ECDSA_SHA_256`;
      const signed = await json(`kms sign ${how} --message fileb://message`);
      const signature = Buffer.from(signed.Signature, "base64");
      writeFileSync(join(cwd, "signature"), signature);
      const digest = "--message fileb://digest --message-type DIGEST --signature fileb://signature";
      assert.equal((await json(`kms verify ${how} ${digest}`)).SignatureValid, true);
      const line = `aws kms get-public-key --key-id ${key} --output text --query PublicKey | base64 --decode > key.der`;
      assert.deepEqual(await run(line), { code: 0, stdout: "", stderr: "" });
      const publicKey = createPublicKey({ key: file("key.der"), format: "der", type: "spki" });
      assert.equal(verify("sha256", message, publicKey, signature), true);
      writeFileSync(join(cwd, "message"), "something else");
      await isRefused(
        `kms verify ${how} --message fileb://message --signature fileb://signature`,
        /\(KMSInvalidSignatureException\) when calling the Verify operation/,
      );
    });

    test("a key that is to be deleted says when, and refuses meanwhile", async () => {
      const key = await aws("kms create-key --query KeyMetadata.KeyId --output text");
      const line = `kms schedule-key-deletion --key-id ${key} --pending-window-in-days 7`;
      const { DeletionDate, KeyState } = await json(line);
      assert.match(String(DeletionDate), version.time);
      assert.equal(KeyState, "PendingDeletion");
      const encrypt = `kms encrypt --key-id ${key} --plaintext '${version.blobIn("text")}'`;
      await isRefused(
        encrypt,
        /^An error occurred \(KMSInvalidStateException\) when calling the Encrypt operation: .* is pending deletion\.$/,
      );
      await aws(`kms cancel-key-deletion --key-id ${key}`);
      assert.equal(
        (await json(`kms describe-key --key-id ${key}`)).KeyMetadata.KeyState,
        "Disabled",
      );
      assert.equal(await aws(`kms enable-key --key-id ${key}`), "");
      await aws(encrypt);
    });

    test("errors are AWS's, with the CLI's own exit codes", async () => {
      await isRefused(
        `kms describe-key --key-id ${NO_SUCH_KEY}`,
        new RegExp(
          `^An error occurred \\(NotFoundException\\) when calling the DescribeKey operation: Key 'arn:aws:kms:us-east-1:${endpoint.account}:key/${NO_SUCH_KEY}' does not exist$`,
        ),
      );
      await isRefused(
        `kms create-alias --alias-name alias/demo --target-key-id ${demoKey}`,
        /^An error occurred \(AlreadyExistsException\) when calling the CreateAlias operation: An alias with the name arn:aws:kms:us-east-1:\d+:alias\/demo already exists$/,
      );
      writeFileSync(join(cwd, "junk"), "no ciphertext");
      await isRefused(
        "kms decrypt --ciphertext-blob fileb://junk",
        /^An error occurred \(InvalidCiphertextException\) when calling the Decrypt operation:/,
      );
      const { code } = await run("aws kms describe-key");
      assert.equal(code, version.misread);
    });

    test("STS says who calls", async () => {
      const { Account, Arn, UserId } = await json("sts get-caller-identity");
      const { account } = endpoint;
      assert.deepEqual([Account, Arn, UserId], [account, `arn:aws:iam::${account}:root`, account]);
    });
  });
}
