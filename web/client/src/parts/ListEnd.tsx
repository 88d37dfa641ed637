interface Props {
  readonly nodes: readonly unknown[] | null;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly fault: string | null;
  readonly more: () => void;
  /** What is said when the list is empty. */
  readonly nothing: string;
}

/** Below a list: what it waits for, why it is empty, and its next page. */
export function ListEnd({ nodes, hasMore, isLoading, fault, more, nothing }: Props) {
  if (fault !== null) {
    return (
      <p className="fault" role="alert">
        {fault}
      </p>
    );
  }
  if (nodes === null) return <p className="muted listEnd">Reading …</p>;
  if (nodes.length === 0) return <p className="muted listEnd">{nothing}</p>;
  if (!hasMore) return null;
  return (
    <button type="button" className="button quiet listEnd" disabled={isLoading} onClick={more}>
      Show more
    </button>
  );
}
