// The spend view needs no script but for the side bar on a telephone.
import { takeSide } from "./side.js";

takeSide();
