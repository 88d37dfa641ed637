import { AskFault } from "@rollbook/client";

/** Where the name of a field, split into words, is not what a form calls it. */
const WORDS: Readonly<Record<string, string>> = {
  birthOn: "birth date",
  capacity: "number of places",
  durationMinutes: "number of minutes",
  email: "e-mail address",
  phone: "telephone number",
};

/**
 * Why something could not be asked or done, for the person who wanted it.
 *
 * otherwise -- what is said when the fault is not one of asking the server
 */
export function wordsOf(fault: unknown, otherwise = "Something went wrong here."): string {
  if (!(fault instanceof AskFault)) return otherwise;
  return fault.code === "BAD_USER_INPUT" ? plainWords(fault.message) : fault.message;
}

/**
 * What the API says to developers about an input, for somebody who has filled in a form: "input.newStaff.firstName has
 * 0 characters" becomes "First name has 0 characters".
 */
function plainWords(message: string): string {
  const words = message.replace(/\binput((?:\.\w+)+)/g, (_, path: string) => lastName(path));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function lastName(path: string): string {
  // A number is a place in a list.
  const name = path.split(".").findLast(one => !/^\d*$/.test(one)) ?? "";
  return WORDS[name] ?? name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}
