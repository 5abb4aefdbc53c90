// The desk's page comes alive. Everything it shows was drawn by the desk already.
import { adopt, composerAt, current } from "./composer.js";
import { takeDrops } from "./drops.js";
import { takeGestures } from "./gestures.js";
import { listen } from "./live.js";
import { takeSide } from "./side.js";
import { followHistory } from "./threads.js";
import { keepTimes } from "./times.js";

keepTimes();
for (const composer of document.querySelectorAll(".composer")) adopt(composer);
takeDrops((files, target) => composerAt(target)?.attach(files));
takeSide();
takeGestures();
followHistory();
listen();
if (matchMedia("(width >= 760px)").matches) current()?.text.focus();
