/** Whether two Blobs hold the same bytes, away from the page's own thread; it is ended by ending the worker. */

import { sameBytes } from "../util/bytes.ts";

export interface Question {
  readonly one: Blob;
  readonly other: Blob;
}

export type Answer =
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | { readonly type: "same"; readonly same: boolean }
  | { readonly type: "failure"; readonly name: string; readonly message: string };

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const post = (answer: Answer): void => scope.postMessage(answer);

scope.onmessage = async ({ data: { one, other } }: MessageEvent<Question>) => {
  try {
    const onProgress = (progress: { done: number; total: number }) =>
      post({ type: "progress", ...progress });
    post({ type: "same", same: await sameBytes(one, other, { onProgress }) });
  } catch (error) {
    const { name, message } = error instanceof DOMException ? error : new Error(String(error));
    post({ type: "failure", name, message });
  }
};
