/** Numbers, bytes and dates as the page writes them. */

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** `17 bytes`, `1.2 MB`: decimal units, as file managers count. */
export function sizeText(bytes: number): string {
  if (bytes === 1) return "1 byte";
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return unit === 0 && bytes >= 1000
    ? `${bytes.toLocaleString("en")} bytes`
    : `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Whole bytes, always: `5,000 bytes`. */
export function bytesText(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes.toLocaleString("en")} bytes`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Seconds as a person says them: `4 s`, `2 min 10 s`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** `24 Nov 2026`, UTC. */
export function dateText(date: Date): string {
  return DATE.format(date);
}

/** `24 Nov 2026, 00:05`, UTC. */
export function dateTimeText(date: Date): string {
  return DATE_TIME.format(date);
}

/** The first digits of an id, enough to tell two apart. */
export function shortId(id: string, digits = 8): string {
  return id.length > digits ? `${id.slice(0, digits)}…` : id;
}
