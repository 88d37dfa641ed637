/** Says why something could not be shown, and offers to try again. */
export function Fault({ sentence, again }: { sentence: string | null; again: () => void }) {
  if (sentence === null) return null;
  return (
    <p className="fault" role="alert">
      {sentence}{" "}
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </p>
  );
}
