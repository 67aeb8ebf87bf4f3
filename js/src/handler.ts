/**
 * Stands where `@aws-sdk/client-kms` has its HTTP client: the SDK signs, retries and parses as ever, and what it would
 * have sent over the network is answered here. The shape is Smithy's `HttpHandler`, without its packages.
 */

import type { CallerOptions } from "./api.ts";
import { type Answering, answer, type WireAnswer, type WireRequest } from "./wire.ts";

/**
 * Who calls; `region` is for requests that do not say where they go. `aws:UserAgent` is what `userAgent` says here, and
 * not the request's own header.
 */
export interface RequestHandlerOptions extends CallerOptions {
  /** Milliseconds that a call may take; the SDK tries again after that. Default: as long as it needs. */
  readonly requestTimeout?: number;
}

/** What the SDK hands over beside the request. */
export interface HandleOptions {
  /** The platform's `AbortSignal`, or Smithy's own, which has `onabort` alone. */
  readonly abortSignal?: { readonly aborted: boolean };
  /** Milliseconds; it takes the handler's place. */
  readonly requestTimeout?: number;
}

interface HandlerConfig {
  requestTimeout?: number;
}

/** An HTTP handler for `new KMSClient({ requestHandler })`. */
export class RequestHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #kms: Answering;
  readonly #caller: CallerOptions;
  readonly #config: HandlerConfig;

  constructor(kms: Answering, options: RequestHandlerOptions = {}) {
    const { requestTimeout, ...caller } = options;
    this.#kms = kms;
    this.#caller = caller;
    this.#config = requestTimeout === undefined ? {} : { requestTimeout };
  }

  /**
   * Answers a request. Rejects with an `AbortError` or a `TimeoutError` as the SDK's own handlers do; a call that was
   * under way then may still have been carried out, as in AWS.
   */
  async handle(
    request: WireRequest,
    options: HandleOptions = {},
  ): Promise<{ response: WireAnswer }> {
    const { abortSignal: signal, requestTimeout = this.#config.requestTimeout } = options;
    if (signal?.aborted) throw aborted(signal);
    const answering = answer(this.#kms, request, this.#caller);
    if (!signal && !requestTimeout) return { response: await answering };
    return { response: await orGivenUp(answering, signal, requestTimeout) };
  }

  /** Nothing is held that would have to be let go: the KMS stays open until it is closed itself. */
  destroy(): void {}

  /** Takes effect from the next call on. What is about connections has no meaning here, and is not kept. */
  updateHttpClientConfig(key: string, value: unknown): void {
    if (key === "requestTimeout" && typeof value === "number") this.#config.requestTimeout = value;
  }

  httpHandlerConfigs(): HandlerConfig {
    return { ...this.#config };
  }
}

function orGivenUp<T>(
  answering: Promise<T>,
  signal: HandleOptions["abortSignal"],
  timeout: number | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = signal && onAbort(signal, () => reject(aborted(signal)));
    const timer = timeout ? setTimeout(() => reject(timedOut(timeout)), timeout) : undefined;
    answering.then(resolve, reject).finally(() => {
      end?.();
      clearTimeout(timer);
    });
  });
}

/** Calls `listener` on abort, until what it returns is called. */
function onAbort(signal: { readonly aborted: boolean }, listener: () => void): () => void {
  if (signal instanceof AbortSignal) {
    signal.addEventListener("abort", listener, { once: true });
    return () => signal.removeEventListener("abort", listener);
  }
  const plain = signal as { onabort?: (() => void) | null };
  plain.onabort = listener;
  return () => {
    plain.onabort = null;
  };
}

function aborted(signal: { readonly aborted: boolean; readonly reason?: unknown }): Error {
  const { reason } = signal;
  if (reason instanceof Error && reason.name === "AbortError") return reason;
  const error = new Error("Request aborted", reason === undefined ? {} : { cause: reason });
  error.name = "AbortError";
  return error;
}

function timedOut(milliseconds: number): Error {
  const error = new Error(`The call took longer than ${milliseconds} ms.`);
  error.name = "TimeoutError";
  return error;
}
