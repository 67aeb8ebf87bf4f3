/** The KMS as somebody else sees it: every call carries who makes it. */

import type {
  CallerOptions,
  KmsApi,
  LongOptions,
  Members,
  SendOptions,
  Traced,
} from "../../../js/src/api.ts";

/** What a person does; what the page draws it reads for itself. */
export interface Acting extends Pick<KmsApi, "simulate" | "s3" | "envelope"> {
  send(operation: string, input?: Members, options?: SendOptions): Promise<Members>;
  trace(operation: string, input?: Members, options?: SendOptions): Promise<Traced<Members>>;
}

export function actingAs(kms: KmsApi, principal: string | undefined): Acting {
  if (principal === undefined) return kms;
  const as = <T extends CallerOptions>(options?: T): T & CallerOptions => ({
    ...(options as T),
    principal,
  });
  const { s3, envelope } = kms;
  return {
    send: (operation, input, options) => kms.send(operation, input, as(options)),
    trace: (operation, input, options) => kms.trace(operation, input, as(options)),
    simulate: (operation, input, options) => kms.simulate(operation, input, as(options)),
    envelope: {
      encryptFile: (file, input, options) => envelope.encryptFile(file, input, as(options)),
      decryptFile: (file, input, options) => envelope.decryptFile(file, input, as(options)),
    },
    s3: {
      createBucket: (input) => s3.createBucket(input),
      putObject: (input, options?: LongOptions) => s3.putObject(input, as(options)),
      getObject: (input, options?: LongOptions) => s3.getObject(input, as(options)),
      headObject: (input) => s3.headObject(input),
      listObjects: (input) => s3.listObjects(input),
      deleteObject: (input) => s3.deleteObject(input),
      readStored: (input) => s3.readStored(input),
      writeStored: (input) => s3.writeStored(input),
    },
  };
}
