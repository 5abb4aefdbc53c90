// The desk's page comes alive. Everything it shows was drawn by the desk already.
import { adopt, current, takeDrops } from "./composer.js";
import { takeGestures } from "./gestures.js";
import { listen } from "./live.js";
import { followHistory } from "./threads.js";
import { keepTimes } from "./times.js";

keepTimes();
for (const composer of document.querySelectorAll(".composer")) adopt(composer);
takeDrops();
takeGestures();
followHistory();
listen();
if (matchMedia("(width >= 760px)").matches) current()?.text.focus();
