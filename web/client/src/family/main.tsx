import "../parts/look.css";
import "../parts/frame.css";
import "../account/account.css";
import "./family.css";
import { begin } from "../parts/begin";
import { App } from "./App";
import { home } from "./router";

begin(App, home);
