/** What the browser promises about storage, and how tabs agree on who may tidy up. */

/** Asks the browser not to evict this site's storage. Only pages may ask; elsewhere nothing happens. */
export async function askForPersistence(): Promise<void> {
  try {
    await globalThis.navigator?.storage?.persist?.();
  } catch {
    // Refused is refused: describe() says what that means.
  }
}

export async function isPersisted(): Promise<boolean> {
  try {
    return (await globalThis.navigator?.storage?.persisted?.()) ?? false;
  } catch {
    return false;
  }
}

/**
 * Holds the store's lock, shared, until the returned function is called. Before that, if nobody else holds it, runs
 * `tidy`: bodies that no object names are an interrupted upload's here, but may be an upload under way in another tab.
 */
export async function holdStore(name: string, tidy: () => Promise<unknown>): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => {};
  const lockName = `tabkms:${name}`;
  await locks.request(lockName, { mode: "exclusive", ifAvailable: true }, async (lock) => {
    if (lock) await tidy();
  });
  return new Promise((resolve, reject) => {
    const held = locks.request(
      lockName,
      { mode: "shared" },
      () => new Promise<void>((release) => resolve(release)),
    );
    held.catch(reject);
  });
}
