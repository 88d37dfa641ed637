/**
 * Marks the first student of today's first class as present, over a network that fails once.
 *
 *     node example/mark.mjs http://127.0.0.1:8000 owner@example.com PASSWORD
 */
import { AskFault, asker, gql, Outbox, ServerClock, SessionKeeper, sender } from "@rollbook/client";

const SIGN_IN = gql(`mutation SignIn($input: SignInInput!) { signIn(input: $input) {
  __typename
  ... on SignInSuccess { accessToken expiresAt refreshToken refreshExpiresAt }
  ... on UserError { message }
} }`);
const SHEETS = gql(`query Sheets($date: Date!) { daySheets(date: $date) {
  id revision offering { name } roster { student { id firstName } }
} }`);
const SUBMIT = gql(`mutation Submit($input: SubmitAttendanceInput!) { submitAttendance(input: $input) {
  __typename
  ... on SubmitAttendanceSuccess { occurrence { revision } }
  ... on UserError { code message }
} }`);

const [address, email, password, date = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
if (!address || !email || !password) {
  console.log("usage: node example/mark.mjs ADDRESS E-MAIL PASSWORD [DATE]");
  process.exit();
}
const url = `${address}/graphql`;

// The sign-in. A browser would keep it in `localPlace(...)`, and renew it with the mutation `refreshSession`.
const { signIn } = await sender(url)(SIGN_IN, { input: { email, password, portal: "OFFICE" } });
if (signIn.__typename !== "SignInSuccess") throw new Error(signIn.message ?? signIn.__typename);
/** @type {import("@rollbook/client").Session} */
const session = {
  accessToken: signIn.accessToken,
  expiresAt: Date.parse(signIn.expiresAt),
  refreshToken: signIn.refreshToken,
  refreshExpiresAt: Date.parse(signIn.refreshExpiresAt),
};
const place = { read: () => session, write: () => undefined, watch: () => undefined };
const keeper = new SessionKeeper(
  place,
  async () => null,
  work => work(),
);
const clock = new ServerClock();
const ask = asker(url, keeper, clock.fetch);

// The outbox. A browser would keep it in `new VaultPlace(new Vault(...))` and share it by `channelOf(...)`.
/** @type {import("@rollbook/client").Kept<string, string>[]} */
let kept = [];
const outbox = new Outbox(
  {
    all: async () => kept,
    add: async act => void kept.push(act),
    replace: async act => {
      kept = kept.map(one => (one.key === act.key ? act : one));
    },
    remove: async key => {
      kept = kept.filter(one => one.key !== key);
    },
  },
  { tell: () => undefined, hear: () => undefined },
  sendEach,
);

let isBroken = true;

/** @type {import("@rollbook/client").Send<string, string>} */
async function sendEach(acts) {
  if (isBroken) {
    isBroken = false;
    console.log("The network is away. The mark waits.");
    return new Map();
  }
  const outcomes = new Map();
  for (const act of acts) outcomes.set(act.key, await send(act));
  return outcomes;
}

/**
 * @param {import("@rollbook/client").Act<string>} act
 * @returns {Promise<import("@rollbook/client").Outcome<string>>}
 */
async function send(act) {
  const input = {
    occurrenceId: act.occurrenceId,
    seenRevision: act.seenRevision,
    capturedAt: new Date(act.capturedAt).toISOString(),
    idempotencyKey: act.key,
    marks: [{ studentId: act.input, status: "PRESENT" }],
  };
  try {
    const { submitAttendance: answer } = await ask(SUBMIT, { input });
    if ("occurrence" in answer) return { kind: "done", revision: answer.occurrence.revision };
    return { kind: "refused", refusal: `${answer.code}: ${answer.message}` };
  } catch (fault) {
    if (fault instanceof AskFault && fault.kind === "unreachable") return { kind: "later", seconds: fault.retryAfter };
    throw fault;
  }
}

const { daySheets } = await ask(SHEETS, { date });
const sheet = daySheets.find((/** @type {{ roster: unknown[] }} */ one) => one.roster.length > 0);
if (sheet === undefined) throw new Error(`No class with students meets on ${date}.`);
const { student } = sheet.roster[0];
outbox.subscribe(() => {
  for (const act of outbox.acts()) {
    if (act.state === "settled") console.log(`${student.firstName} is present in ${sheet.offering.name}.`);
    if (act.state === "parked") console.log(`The server refused it: ${act.refusal}`);
  }
});
await outbox.lead();
await outbox.add({
  key: crypto.randomUUID(),
  occurrenceId: sheet.id,
  capturedAt: clock.now(),
  seenRevision: sheet.revision,
  input: student.id,
});
