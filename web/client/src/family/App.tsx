import { useSyncExternalStore } from "react";
import { ChoosePassword } from "../account/ChoosePassword";
import type { Door } from "../account/door";
import { ForgottenPassword } from "../account/ForgottenPassword";
import { SignIn } from "../account/SignIn";
import { usePath } from "../parts/navigation";
import { Child } from "./child/Child";
import { Header } from "./Header";
import { Home } from "./home/Home";
import { GUARDIAN } from "./operations";
import { NoSuchPage } from "./parts/NoSuchPage";
import { home, placeOf } from "./router";
import { session } from "./services";
import { TokenPage } from "./token/TokenPage";
import { useAnswer } from "./useAnswer";

const DOOR: Door = {
  session,
  home,
  forgotten: `${home}/forgot-password`,
  title: "Sign in for your family",
  portals: ["CUSTOMER"],
};

export function App() {
  const isSignedIn = useSyncExternalStore(session.subscribe, () => session.current() !== null);
  const { page } = placeOf(usePath());
  // These links are for somebody who may not be the one who is signed in here.
  if (page === "invitation" || page === "reset")
    return <ChoosePassword key={page} purpose={page} home={home} forgotten={DOOR.forgotten} />;
  if (page === "forgotten") return <ForgottenPassword home={home} />;
  if (page === "unknown" && !isSignedIn) return <NoSuchPage />;
  return isSignedIn ? <SignedIn /> : <SignIn door={DOOR} />;
}

function SignedIn() {
  const { data, fault, reload } = useAnswer(GUARDIAN, {});
  const viewer = data?.viewer?.__typename === "GuardianViewer" ? data.viewer : null;
  if (viewer === null && (fault !== null || data !== null)) {
    return (
      <main className="page notice">
        <h1>This did not work</h1>
        <p>{fault ?? "These pages are for families. Sign in with the account of a guardian."}</p>
        <button type="button" className="button" onClick={reload}>
          Try again
        </button>
        <button type="button" className="button quiet" onClick={() => session.end()}>
          Sign in again
        </button>
      </main>
    );
  }
  if (viewer === null) return <main className="page" aria-busy="true" />;
  return (
    <>
      <Header viewer={viewer} />
      <Pages />
    </>
  );
}

function Pages() {
  const place = placeOf(usePath());
  if (place.page === "home") return <Home />;
  if (place.page === "child") return <Child key={place.id} id={place.id} />;
  if (place.page === "token") return <TokenPage key={place.id} id={place.id} />;
  return <NoSuchPage />;
}
