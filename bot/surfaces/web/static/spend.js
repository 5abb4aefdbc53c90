// The spend view needs no script but for the side bar.
import { followThreads, takeSide } from "./side.js";

takeSide();
followThreads();
