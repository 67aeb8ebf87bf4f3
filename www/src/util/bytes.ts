/** Bytes as text and back. */

import type { LongOptions } from "../../../js/src/api.ts";

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

export function hexByte(value: number): string {
  return HEX[value] ?? "";
}

export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Printable ASCII, and a dot for everything else. */
export function asciiOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

const HEX_TEXT = /^[0-9a-f]*$/i;
const BASE64_TEXT = /^[A-Za-z0-9+/]+={0,2}$/;

/** Bytes from pasted hex or base64 (white space, colons and `0x` allowed); nothing where it is neither. */
export function parseBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const hex = text.replace(/\\x|0x|[\s:,]/gi, "");
  if (hex === "") return undefined;
  if (hex.length % 2 === 0 && HEX_TEXT.test(hex)) {
    return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
      Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
    );
  }
  const base64 = text
    .replace(/[\s"']/g, "")
    .replace(/-/g, "+")
    .replace(/_/g, "/");
  if (!BASE64_TEXT.test(base64)) return undefined;
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Where `part` stands in `whole`, or -1. */
export function indexOfBytes(whole: Uint8Array, part: Uint8Array): number {
  if (part.length === 0) return -1;
  const first = part[0] ?? 0;
  let at = whole.indexOf(first);
  while (at !== -1 && at + part.length <= whole.length) {
    let same = 1;
    while (same < part.length && whole[at + same] === part[same]) same += 1;
    if (same === part.length) return at;
    at = whole.indexOf(first, at + 1);
  }
  return -1;
}

const PIECE = 4 * 1024 * 1024;

/** Whether two blobs hold the same bytes; reads both in pieces. */
export async function sameBytes(
  one: Blob,
  other: Blob,
  { onProgress }: Pick<LongOptions, "onProgress"> = {},
): Promise<boolean> {
  if (one.size !== other.size) return false;
  for (let at = 0; at < one.size; at += PIECE) {
    const [a, b] = await Promise.all([
      one.slice(at, at + PIECE).arrayBuffer(),
      other.slice(at, at + PIECE).arrayBuffer(),
    ]);
    if (!sameWords(a, b)) return false;
    onProgress?.({ done: at + a.byteLength, total: one.size });
  }
  return true;
}

/** Four bytes at a time: a piece takes a millisecond. */
function sameWords(one: ArrayBuffer, other: ArrayBuffer): boolean {
  const words = Math.floor(one.byteLength / 4);
  const x = new Uint32Array(one, 0, words);
  const y = new Uint32Array(other, 0, words);
  for (let i = 0; i < words; i += 1) if (x[i] !== y[i]) return false;
  const rest = new Uint8Array(other, words * 4);
  return new Uint8Array(one, words * 4).every((byte, i) => byte === rest[i]);
}

/** Hands a blob to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The bytes as a blob, whatever buffer they stand in. */
export function blobOf(bytes: Uint8Array, type = "application/octet-stream"): Blob {
  return new Blob([new Uint8Array(bytes)], { type });
}
