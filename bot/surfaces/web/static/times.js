// Moments as people say them, kept current.
import { words } from "./talk.js";

const near = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" });

export function tellTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    time.title = whole.format(at);
    time.textContent = ago(at);
  }
}

function ago(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 50) return words.now;
  if (seconds < 3300) return near.format(-Math.round(seconds / 60), "minute");
  if (seconds < 79000) return near.format(-Math.round(seconds / 3600), "hour");
  if (seconds < 6 * 86400) return near.format(-Math.round(seconds / 86400), "day");
  return day.format(at);
}

export function keepTimes() {
  tellTimes(document);
  setInterval(() => tellTimes(document), 30000);
}
