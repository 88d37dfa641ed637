/** All operations of the staff's pages, for the manifest of trusted documents that the build writes. */
import { textOf } from "../live/document";
import { DAY, DAY_SHEETS, FOLLOW_DAY } from "./day/operations";
import { REFRESH, SIGN_OUT, VIEWER } from "./operations";
import { CLEAR, FOLLOW_SHEET, HISTORY, MARK, SUBMIT } from "./sheet/operations";
import {
  ACCEPT,
  COMPLETE,
  CONFIRM_SECOND_FACTOR,
  FORGOTTEN,
  RESET,
  SIGN_IN,
  START_SECOND_FACTOR,
} from "./signIn/operations";

const OPERATIONS = [
  SIGN_IN,
  ACCEPT,
  COMPLETE,
  CONFIRM_SECOND_FACTOR,
  FORGOTTEN,
  RESET,
  START_SECOND_FACTOR,
  REFRESH,
  SIGN_OUT,
  VIEWER,
  DAY,
  DAY_SHEETS,
  FOLLOW_DAY,
  FOLLOW_SHEET,
  HISTORY,
  SUBMIT,
  MARK,
  CLEAR,
];

export const TEXTS: readonly string[] = OPERATIONS.map(document => textOf(document));
