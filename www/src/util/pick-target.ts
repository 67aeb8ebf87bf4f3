/** A file that the person picks to be written, where the browser has such a picker. */

type Picker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Nothing where the browser has none; what it returns gives nothing where the person picks nothing. */
export function pickTarget():
  | ((name: string) => Promise<FileSystemFileHandle | undefined>)
  | undefined {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: Picker };
  if (showSaveFilePicker === undefined) return undefined;
  return async (suggestedName) => {
    try {
      return await showSaveFilePicker.call(window, { suggestedName });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return undefined;
      throw error;
    }
  };
}
