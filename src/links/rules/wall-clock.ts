/**
 * Reads the wall clocks of time zones.
 *
 * A formatter takes about 200 µs to create and 3 µs to call, so each zone keeps its last answer for
 * the minute that it holds, and the zones used last keep their formatters. However many zones the
 * links of an isolate name in turns, each is read once a minute. (Today's zones differ from UTC by
 * whole minutes.)
 */

interface ZoneClock {
  readonly zone: string;
  /** Null after newer zones took its place. */
  format: Intl.DateTimeFormat | null;
  /** The last answer and its time, in minutes since 1970. */
  minute: number;
  minuteOfWeek: number;
}

export const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** 1 January 1970 was a Thursday. */
const EPOCH_MINUTE_OF_WEEK = 4 * DAY_MINUTES;

/** More zones than one link can name: 100 rules and the visitor's own. */
const FORMATS_MAX = 128;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * By the zone's name as the runtime spells it and in lower case, so that there are not more than
 * the runtime knows zones, some 600.
 */
const clocks = new Map<string, ZoneClock>();
/** Those with a formatter, the oldest first. */
const formatting: ZoneClock[] = [];

/**
 * Returns the minutes since Sunday 00:00 on a zone's wall clock. Null and unknown zones mean UTC,
 * which is computed without `Intl`.
 */
export function minuteOfWeek(zone: string | null, nowMs: number): number {
  const minute = Math.floor(nowMs / 60_000);
  const clock = zone === null ? null : clockOf(zone);
  if (clock === null) return utcMinuteOfWeek(minute);
  if (clock.minute !== minute) {
    clock.minuteOfWeek = read(formatOf(clock), minute * 60_000);
    clock.minute = minute;
  }
  return clock.minuteOfWeek;
}

/** Whether the runtime knows a zone by that name. Fixed offsets such as "+02:00" are not names. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name) && clockOf(name) !== null;
}

function utcMinuteOfWeek(minute: number): number {
  const rest = (minute + EPOCH_MINUTE_OF_WEEK) % WEEK_MINUTES;
  return rest < 0 ? rest + WEEK_MINUTES : rest;
}

function clockOf(zone: string): ZoneClock | null {
  // Zones are known in any letter case, of which a link could name another each time.
  const known = clocks.get(zone) ?? clocks.get(zone.toLowerCase());
  if (known !== undefined) return known;
  const format = createFormat(zone);
  if (format === null) return null;
  const clock: ZoneClock = { zone, format: null, minute: Number.NaN, minuteOfWeek: 0 };
  clocks.set(zone.toLowerCase(), clock).set(format.resolvedOptions().timeZone, clock);
  keepFormat(clock, format);
  return clock;
}

function formatOf(clock: ZoneClock): Intl.DateTimeFormat {
  if (clock.format !== null) return clock.format;
  const format = createFormat(clock.zone);
  if (format === null) throw new Error("A zone that the runtime knew is unknown.");
  keepFormat(clock, format);
  return format;
}

function keepFormat(clock: ZoneClock, format: Intl.DateTimeFormat): void {
  clock.format = format;
  formatting.push(clock);
  const oldest = formatting.length > FORMATS_MAX ? formatting.shift() : undefined;
  if (oldest !== undefined) oldest.format = null;
}

function createFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
  } catch {
    return null; // not a zone
  }
}

function read(format: Intl.DateTimeFormat, atMs: number): number {
  let total = 0;
  for (const { type, value } of format.formatToParts(atMs)) {
    if (type === "weekday") total += WEEKDAYS.indexOf(value) * DAY_MINUTES;
    else if (type === "hour") total += Number(value) * 60;
    else if (type === "minute") total += Number(value);
  }
  return total;
}
