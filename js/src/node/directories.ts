/** Where a store stands if nobody says. */

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The system's folder for a user's data: XDG's (its "Base Directory Specification"), macOS's, Windows's. */
export function defaultDataDirectory(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  return join(dataHome(platform, env, home), "tabkms");
}

function dataHome(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === "win32") return env["LOCALAPPDATA"] || join(home, "AppData", "Local");
  if (platform === "darwin") return join(home, "Library", "Application Support");
  const given = env["XDG_DATA_HOME"];
  // A relative one is to be ignored: so the specification.
  return given && isAbsolute(given) ? given : join(home, ".local", "share");
}
