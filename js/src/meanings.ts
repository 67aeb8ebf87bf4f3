/** What the facts about a store mean, in a sentence or two. */

import type { Description } from "./api.ts";

type Mode = Description["rootKey"]["mode"];

/** What a root key's mode protects from, and what not. */
export const ROOT_KEY_MEANINGS: Readonly<Record<Mode, string>> = {
  browser:
    "A key that no script can read out, kept by this browser. Whoever copies the browser's profile from the disk can " +
    "open the store: a passphrase protects against that.",
  file:
    "A key in the file root.key of the store's directory, which its owner alone may read (mode 0600). Whoever copies " +
    "the directory can open the store: a passphrase protects against that.",
  passphrase:
    "Derived from your passphrase each time the store is opened (PBKDF2, 600,000 rounds or more). Whoever copies the " +
    "store from the disk has to guess the passphrase; whoever forgets it has lost the store.",
  memory: "In memory alone: everything is gone when the store is closed.",
};

export function persistenceMeaning(store: Description["store"], persisted: boolean): string {
  if (store === "memory") return "Kept in memory: everything is gone when this is closed.";
  if (store === "directory") return "Kept in a directory on the disk until somebody deletes it.";
  return persisted
    ? "The browser has promised to keep this store until you clear this site's data."
    : "The browser may delete this store, keys and objects together, when the disk runs full or (Safari) after " +
        "seven days without a visit. An export is the copy that stays.";
}
