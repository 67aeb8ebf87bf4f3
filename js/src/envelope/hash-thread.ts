/** A thread of Node's own that hashes what it is sent, and signs or verifies it. `beside.ts` starts it. */

import { createPrivateKey, createPublicKey, createSign, createVerify } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { FromHashThread, ToHashThread } from "./beside.ts";

type Hashing = ReturnType<typeof createSign> | ReturnType<typeof createVerify>;

const running = new Map<number, Hashing>();

parentPort?.on("message", (message: ToHashThread) => {
  try {
    take(message);
  } catch (thrown) {
    running.delete(message.id);
    post({ type: "failed", id: message.id, reason: String(thrown) });
  }
});
post({ type: "ready" });

function take(message: ToHashThread): void {
  const { id } = message;
  switch (message.type) {
    case "begin":
      running.set(id, message.signs ? createSign(message.hash) : createVerify(message.hash));
      return;
    case "bytes": {
      const { buffer, length } = message;
      running.get(id)?.update(new Uint8Array(buffer, 0, length));
      post({ type: "free", buffer }, [buffer]);
      return;
    }
    case "sign": {
      const sign = taken(id) as ReturnType<typeof createSign>;
      const result = new Uint8Array(
        sign.sign(createPrivateKey({ key: message.key, format: "jwk" })),
      );
      post({ type: "result", id, result });
      return;
    }
    case "verify": {
      const verify = taken(id) as ReturnType<typeof createVerify>;
      const key = createPublicKey({ key: message.key, format: "jwk" });
      post({ type: "result", id, result: verify.verify(key, message.signature) });
      return;
    }
    case "forget":
      running.delete(id);
  }
}

function taken(id: number): Hashing {
  const hashing = running.get(id);
  if (!hashing) throw new Error("nothing was begun");
  running.delete(id);
  return hashing;
}

function post(message: FromHashThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
