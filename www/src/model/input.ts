/** What the person brings: a short text at first, a file of any size later. */

export const DEMO_TEXT = "super secret text";
export const DEMO_NAME = "secret.txt";

/** A text up to this size can be edited in the page. */
const EDITABLE = 4096;
const PREVIEW = 64 * 1024;

export interface Input {
  /** The object's key. */
  readonly name: string;
  readonly type: string;
  readonly body: Blob;
  readonly size: number;
  /** The first 64 KiB, to look at. */
  readonly preview: Uint8Array;
  /** The text, where the input is a short text typed here. */
  readonly text?: string;
  /** When the file was last changed, to know it again. */
  readonly modified?: number;
}

export function inputFromText(text: string): Input {
  const bytes = new TextEncoder().encode(text);
  return {
    name: DEMO_NAME,
    type: "text/plain; charset=utf-8",
    body: new Blob([bytes]),
    size: bytes.length,
    preview: bytes.slice(0, PREVIEW),
    text: text.length <= EDITABLE ? text : text.slice(0, EDITABLE),
  };
}

export async function inputFromFile(file: File): Promise<Input> {
  const preview = new Uint8Array(await file.slice(0, PREVIEW).arrayBuffer());
  return {
    name: file.name === "" ? "file" : file.name,
    type: file.type === "" ? "application/octet-stream" : file.type,
    body: file,
    size: file.size,
    preview,
    modified: file.lastModified,
  };
}

/** Whether a file is the one that is here already. */
export function isSameFile(input: Input, file: File): boolean {
  return (
    input.modified !== undefined &&
    input.modified === file.lastModified &&
    input.size === file.size &&
    input.name === file.name
  );
}
