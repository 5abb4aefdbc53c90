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
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.title = document.title.replace(/^● /, "");
  });
  let timer = 0;
  let lost = false;
  let seq = client.seq;
  const connect = () => {
    const source = new EventSource(`/events?after=${seq}`);
    source.onopen = () => {
      clearTimeout(timer);
      timer = 0;
      if (lost) toast(words.back);
      lost = false;
      tellTimes(document);
    };
    source.onmessage = (event) => {
      seq = Number(event.lastEventId);
      take(JSON.parse(event.data));
    };
    source.onerror = () => {
      if (!timer && !lost) {
        timer = setTimeout(() => {
          lost = true;
          toast(words.lost);
        }, LOST_AFTER);
      }
      // A refused connection is final for the browser, not for us.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    };
  };
  connect();
}
