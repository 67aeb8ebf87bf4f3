/** What is refused before KMS is asked, in the form of its exceptions. */

import { randomUUID } from "node:crypto";
import { CONTENT_TYPE } from "../../wire.ts";
import { type Facts, type OutgoingAnswer, outgoing } from "./message.ts";

/** An exception as AWS JSON 1.1 has it, with the status that says the same to whoever knows HTTP alone. */
export function refusal(
  status: number,
  error: string,
  message: string,
  facts: Omit<Facts, "id" | "error"> = {},
): OutgoingAnswer {
  const body = Buffer.from(JSON.stringify({ __type: error, message }));
  return outgoing(status, CONTENT_TYPE, body, { ...facts, id: randomUUID(), error });
}

export function tooLarge(limit: number): OutgoingAnswer {
  return refusal(
    413,
    "RequestEntityTooLargeException",
    `A request has at most ${limit} bytes; no operation of KMS takes more.`,
  );
}

/** What cannot be read as HTTP at all: the answer's text, for a socket that nothing else is written to. */
export function unreadable(code: string | undefined): { text: string; answer: OutgoingAnswer } {
  const [status, reason, message] = UNREADABLE[code ?? ""] ?? MALFORMED;
  const answer = refusal(status, "SerializationException", message);
  const { headers, body } = answer;
  let text = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nDate: ${new Date().toUTCString()}\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return { text: `${text}\r\n${Buffer.from(body).toString()}`, answer };
}

/** By node:http's code of the error. */
const UNREADABLE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    "Request Header Fields Too Large",
    "The request's headers are too long.",
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    413,
    "Payload Too Large",
    "The request's chunk extensions are too long.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    "Request Timeout",
    "The request did not come to its end in time.",
  ],
};

const MALFORMED = [400, "Bad Request", "The request is not HTTP/1.1."] as const;
