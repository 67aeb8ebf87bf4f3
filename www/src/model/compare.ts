/** Compares two Blobs in a worker that lives as long. */

import type { Progress } from "../../../js/src/api.ts";
import type { Answer, Question } from "../workers/compare.ts";

interface Long {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export function compare(question: Question, { signal, onProgress }: Long): Promise<boolean> {
  const worker = new Worker(new URL("../workers/compare.ts", import.meta.url), { type: "module" });
  const outcome = new Promise<boolean>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.onerror = (event) => reject(new Error(event.message || "The worker did not start."));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.type === "progress") onProgress(data);
      else if (data.type === "same") resolve(data.same);
      else reject(new DOMException(data.message, data.name));
    };
    worker.postMessage(question);
  });
  return outcome.finally(() => worker.terminate());
}
