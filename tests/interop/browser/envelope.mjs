// tabkms/envelope in a page, for tests/interop: messages under an AES key, whole and as streams. Bytes come and go as
// base64, which a page can be handed; a refusal goes as its reason.

import { platformEngine } from "../../../dist/envelope/engine.js";
import { Envelope, EnvelopeError, rawAes } from "../../../dist/envelope.js";

function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

function envelopeOf({ namespace, name, key, ...options }) {
  return new Envelope({ dataKeys: rawAes({ namespace, name, key: fromBase64(key) }), ...options });
}

function pattern(length) {
  return new Uint8Array(length).map((_, at) => at * 31 + (at >> 8));
}

function isPattern(bytes) {
  return bytes.every((byte, at) => byte === ((at * 31 + (at >> 8)) & 255));
}

/** What `work` answers, or the reason for which it is refused. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    return error instanceof EnvelopeError
      ? { reason: error.reason }
      : { thrown: String(error?.stack ?? error) };
  }
}

function readable(bytes, length, { onPull = () => {}, onCancel = () => {} } = {}) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + length));
      at += length;
      onPull(Math.min(at, bytes.length));
    },
    cancel: onCancel,
  });
}

/** All that comes, and how it ends. */
async function gathered(stream) {
  const parts = [];
  const reader = stream.getReader();
  const ended = await attempt(async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      parts.push(next.value);
    return {};
  });
  return { bytes: new Uint8Array(await new Blob(parts).arrayBuffer()), ...ended };
}

globalThis.envelopes = {
  platform: () => ({
    isSecureContext,
    subtle: crypto.subtle !== undefined,
    engine: platformEngine().name,
  }),

  encrypt: (made, plaintext, options) =>
    attempt(async () => ({
      bytes: toBase64(await envelopeOf(made).encrypt(fromBase64(plaintext), options)),
    })),

  decrypt: (made, message, options) =>
    attempt(async () => {
      const { plaintext, context, header } = await envelopeOf(made).decrypt(
        fromBase64(message),
        options,
      );
      return { bytes: toBase64(plaintext), context, content: header.content };
    }),

  /** As streams, in chunks of `length` bytes: what came before the end, and how both promises of it ended. */
  async decryptStream(made, message, length, signed) {
    const decrypting = envelopeOf(made).decryptStream({ signed });
    const source = readable(fromBase64(message), length);
    const { bytes, ...ended } = await gathered(source.pipeThrough(decrypting));
    const verified = await attempt(async () => {
      await decrypting.verified;
      return {};
    });
    return { ...ended, bytes: toBase64(bytes), verified: verified.reason };
  },

  /** There and back through both streams in chunks of `length`. */
  async through(made, size, frameLength, length) {
    const envelope = envelopeOf(made);
    const sealed = await gathered(
      readable(pattern(size), length).pipeThrough(envelope.encryptStream({ frameLength })),
    );
    const opened = await gathered(
      readable(sealed.bytes, length).pipeThrough(envelope.decryptStream()),
    );
    return {
      sealed: sealed.bytes.length,
      length: opened.bytes.length,
      isTrue: isPattern(opened.bytes),
    };
  },

  /** How far each way reads ahead of a reader that took one chunk. */
  async readAhead(made, size, frameLength) {
    const envelope = envelopeOf(made);
    const plaintext = pattern(size);
    const message = await envelope.encrypt(plaintext, { frameLength });
    const ahead = {};
    for (const way of ["encrypt", "decrypt"]) {
      const bytes = way === "encrypt" ? plaintext : message;
      const stream =
        way === "encrypt" ? envelope.encryptStream({ frameLength }) : envelope.decryptStream();
      const onPull = (at) => {
        ahead[way] = at;
      };
      const source = readable(bytes, 100_000, { onPull });
      const reader = source.pipeThrough(stream).getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await reader.cancel();
    }
    return ahead;
  },

  /** What a reader and the source hear where the signal says to end after the first chunk. */
  async abort(made, size) {
    const envelope = envelopeOf(made);
    const plaintext = pattern(size);
    const message = await envelope.encrypt(plaintext);
    const heard = {};
    for (const way of ["encryptStream", "decryptStream", "encryptBlob", "decryptBlob"]) {
      const bytes = way.startsWith("encrypt") ? plaintext : message;
      const controller = new AbortController();
      const { signal } = controller;
      heard[way] = { reader: "it ended as if nothing were" };
      const onCancel = (reason) => {
        heard[way].source = reason.message;
      };
      const stream = way.endsWith("Blob")
        ? envelope[way](new Blob([bytes]), { signal })
        : readable(bytes, 65_536, { onCancel }).pipeThrough(envelope[way]({ signal }));
      const reader = stream.getReader();
      await reader.read();
      controller.abort(new Error("enough"));
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read());
      } catch (error) {
        heard[way].reader = error.message;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return heard;
  },

  /** The file of the page's input, encrypted and decrypted as a Blob; what was read of it, and what was told. */
  async file(made, options) {
    const envelope = envelopeOf(made);
    const [file] = document.querySelector("input").files;
    const slices = [];
    const watched = new Proxy(file, {
      get(target, name) {
        if (name !== "slice") return Reflect.get(target, name, target);
        return (from, to) => {
          slices.push(to - from);
          return target.slice(from, to);
        };
      },
    });
    const told = [];
    const onProgress = (progress) => told.push(progress);
    const sealed = await gathered(envelope.encryptBlob(watched, { ...options, onProgress }));
    const opened = await gathered(envelope.decryptBlob(new Blob([sealed.bytes])));
    return {
      size: file.size,
      longest: Math.max(...slices),
      told,
      reason: sealed.reason ?? opened.reason,
      isTrue: opened.bytes.length === file.size && isPattern(opened.bytes),
    };
  },
};
