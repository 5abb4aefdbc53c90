// What changes while the page is open, and finding back after the connection was lost.
import { place } from "./lines.js";
import { renewThreads } from "./side.js";
import { client, words } from "./talk.js";
import { markThread, openThread, shownThread, threadLog } from "./threads.js";
import { tellTimes } from "./times.js";
import { toast } from "./toasts.js";

const WIDE = matchMedia("(width >= 960px)");
const LOST_AFTER = 4000;

function take(changes) {
  for (const change of changes) {
    if (!change.thread) place(document.getElementById("log"), change);
    const root = change.thread || change.id;
    const log = threadLog(root);
    const known = log?.querySelector(`:scope > [data-line="${change.id}"]`);
    if (log) place(log, change);
    if (change.forMe && change.thread && !known) announce(root);
  }
  renewThreads(markThread);
}

// Pictures that one has asked for open by themselves where there is room beside the channel.
function announce(root) {
  if (document.hidden && !document.title.startsWith("●")) document.title = `● ${document.title}`;
  if (shownThread() === root) return;
  if (WIDE.matches && !shownThread()) openThread(root, { focus: false });
  else toast(words.ready, [], { label: words.open, run: () => openThread(root) });
}

export function listen() {
  let source = null;
  let timer = 0;
  let lost = false;
  let seq = client.seq;
  const connect = () => {
    const mine = new EventSource(`/events?after=${seq}`);
    source = mine;
    mine.onopen = () => {
      clearTimeout(timer);
      timer = 0;
      if (lost) toast(words.back);
      lost = false;
      tellTimes(document);
    };
    mine.onmessage = (event) => {
      seq = Number(event.lastEventId);
      take(JSON.parse(event.data));
    };
    mine.onerror = () => {
      if (!timer && !lost) {
        timer = setTimeout(() => {
          lost = true;
          toast(words.lost);
        }, LOST_AFTER);
      }
      // A refused connection is final for the browser, not for us.
      if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === source && connect(), 3000);
    };
  };
  const rest = () => {
    clearTimeout(timer);
    timer = 0;
    source?.close();
    source = null;
  };
  const settle = () => {
    if (document.hidden) {
      keepOne(rest);
      return;
    }
    document.title = document.title.replace(/^● /, "");
    if (!source) connect();
  };
  document.addEventListener("visibilitychange", settle);
  connect();
  settle();
}

// A browser opens six connections to one desk. Of the windows that nobody sees, one keeps listening, to
// mark its title; the others `rest`, or the next window would wait.
function keepOne(rest) {
  navigator.locks?.request("unseen", { ifAvailable: true }, (lock) => {
    if (!document.hidden) return null;
    if (!lock) return rest();
    return new Promise((seen) => {
      document.addEventListener("visibilitychange", seen, { once: true });
    });
  });
}
