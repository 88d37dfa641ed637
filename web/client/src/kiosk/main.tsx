import "../parts/look.css";
import "../parts/frame.css";
import "../account/account.css";
import "./kiosk.css";
import { begin } from "../parts/begin";
import { App } from "./App";

begin(App, "/kiosk");
