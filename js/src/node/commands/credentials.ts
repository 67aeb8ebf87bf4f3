/** `tabkms credentials`: access keys, made and told while no endpoint holds the store. */

import { resolve } from "node:path";
import { type Command, type CommandLine, Failure, UsageError } from "../command.ts";
import { defaultDataDirectory } from "../directories.ts";
import { Kms } from "../index.ts";

const ACTIONS: Readonly<Record<string, (kms: Kms, line: CommandLine) => Promise<void>>> = {
  create,
  list,
  delete: remove,
};

export const command: Command = {
  name: "credentials",
  summary: "makes, lists and deletes the access keys that requests are signed with",
  operands: "create | list | delete ACCESS_KEY_ID",
  options: {
    data: { value: "DIR", help: `the store's folder; ${defaultDataDirectory()} by default` },
    user: {
      value: "NAME",
      help: "whose: an IAM user, made where there is none; the account's root without it",
    },
    account: { value: "ID", help: "the account, 12 digits; 000000000000 by default" },
  },
  notes: `Once there is an access key, the endpoint checks every request's signature. A user may do what policies allow:
a new one may do nothing yet. The secret is told once.`,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const [name = ""] = line.operands;
  const act = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!act) throw new UsageError("What shall be done? create, list, or delete ACCESS_KEY_ID.");
  if (line.operands.length !== (act === remove ? 2 : 1))
    throw new UsageError(
      act === remove ? "delete takes an access key's id." : `${name} takes no more.`,
    );
  const directory = resolve(line.value("data") ?? defaultDataDirectory());
  const account = line.value("account");
  const kms = await Kms.open({ store: { directory }, ...(account && { account }) });
  try {
    await act(kms, line);
    return 0;
  } catch (thrown) {
    // IAM's errors, in its own words.
    if (thrown instanceof Error && !(thrown instanceof UsageError))
      throw new Failure(thrown.message);
    throw thrown;
  } finally {
    await kms.close();
  }
}

async function create(kms: Kms, line: CommandLine): Promise<void> {
  const user = userOf(line);
  if (user.UserName !== undefined)
    await kms.iam.send("CreateUser", user).catch((thrown: Error) => {
      if (thrown.name !== "EntityAlreadyExists") throw thrown;
    });
  const { AccessKey } = await kms.iam.send("CreateAccessKey", user);
  const { AccessKeyId, SecretAccessKey } = AccessKey as Record<string, string>;
  process.stdout.write(
    `export AWS_ACCESS_KEY_ID=${AccessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${SecretAccessKey}\n`,
  );
}

async function list(kms: Kms, line: CommandLine): Promise<void> {
  const { AccessKeyMetadata } = await kms.iam.send("ListAccessKeys", userOf(line));
  for (const { AccessKeyId, Status } of AccessKeyMetadata as Record<string, string>[])
    process.stdout.write(`${AccessKeyId} ${Status}\n`);
}

async function remove(kms: Kms, line: CommandLine): Promise<void> {
  const [, AccessKeyId] = line.operands;
  await kms.iam.send("DeleteAccessKey", { ...userOf(line), AccessKeyId });
}

function userOf(line: CommandLine): { UserName?: string } {
  const UserName = line.value("user");
  return UserName === undefined ? {} : { UserName };
}
