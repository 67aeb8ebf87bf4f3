// @aws-sdk/client-kms in front of a KMS of ours.

import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kms";
import { BLOB_MEMBERS, TIME_MEMBERS } from "../../dist/shapes.js";

/** What the SDK exports, by name: `EncryptCommand`, `NotFoundException`. */
export const EXPORTS = new Map(Object.entries(sdk));

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the SDK signs with. Nobody checks it here. */
export const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };

/** @param {import("../../dist/index.js").KmsApi} kms */
export function clientOf(kms, { region = "us-east-1", handler = {}, ...config } = {}) {
  const requestHandler = kms.requestHandler(handler);
  return new sdk.KMSClient({ region, credentials, requestHandler, ...config });
}

/**
 * Calls through the SDK, and fails unless every member that it returns is what the KMS answered. A `World` goes by it.
 */
export function throughSdk(kms) {
  const { sendJson } = kms;
  return through(kms, (keep) => {
    kms.sendJson = async (...call) => {
      const json = await sendJson.apply(kms, call);
      // What the SDK sends is of the usual form.
      assert.ok(json, `${call[0]} is left to send: ${call[1]}`);
      keep(json.length === 0 ? {} : JSON.parse(new TextDecoder().decode(json), revive));
      return json;
    };
  });
}

/** As {@link throughSdk}, of a KMS that has `send` alone, as one in a worker has. */
export function throughSdkByMembers(kms) {
  const { send } = kms;
  kms.sendJson = undefined;
  return through(kms, (keep) => {
    kms.send = async (...call) => {
      const answer = await send.apply(kms, call);
      // The original becomes base64 and seconds.
      keep(structuredClone(answer));
      return answer;
    };
  });
}

function through(kms, listen) {
  const clients = new Map();
  let sent;
  listen((answer) => {
    sent = answer;
  });
  return async (operation, input, region) => {
    if (!clients.has(region)) clients.set(region, clientOf(kms, { region }));
    const command = new (EXPORTS.get(`${operation}Command`))(input);
    const { $metadata, ...answer } = await clients.get(region).send(command);
    assert.equal($metadata.httpStatusCode, 200);
    assert.equal($metadata.attempts, 1);
    assert.match($metadata.requestId, UUID);
    assert.deepEqual(unadorned(answer), sent, `what the SDK returns of ${operation}`);
    return answer;
  };
}

function revive(name, value) {
  if (BLOB_MEMBERS.has(name)) return new Uint8Array(Buffer.from(value, "base64"));
  return TIME_MEMBERS.has(name) ? new Date(value * 1000) : value;
}

/** The SDK's blobs have methods of their own. */
function unadorned(value) {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(unadorned);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unadorned(item)]));
}
