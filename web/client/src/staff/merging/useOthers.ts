import type { TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { MOST_OTHERS } from "./MergeDialog";
import type { MergeEffect } from "./operations";

interface Asked<Found> {
  /** The record that stays. */
  readonly intoId: string;
  /** What the search begins with. */
  readonly firstText: string;
  /** What is searched, as in "No other student". */
  readonly noun: string;
  readonly same: TypedDocumentNode<{ readonly same: { readonly nodes: readonly Found[] } }, { search: string }>;
  readonly preview: TypedDocumentNode<{ readonly preview: MergeEffect }, { fromId: string; intoId: string }>;
}

/**
 * Searches records that may be of the same family or person, and asks what it would do to merge the chosen one.
 *
 * `dialog` has the properties of a MergeDialog that follow from it.
 */
export function useOthers<Found extends { readonly id: string }>(asked: Asked<Found>) {
  const { intoId, noun } = asked;
  const [text, setText] = useState(asked.firstText);
  const [fromId, choose] = useState<string | null>(null);
  const search = useSettled(text.trim());
  const { data, fault, isLoading } = useAnswer(asked.same, search === "" ? null : { search });
  const found = (data?.same.nodes ?? []).filter(one => one.id !== intoId).slice(0, MOST_OTHERS);
  const chosenId = found.some(one => one.id === fromId) ? fromId : null;
  const preview = useAnswer(asked.preview, chosenId === null ? null : { fromId: chosenId, intoId });
  const isNobody = search !== "" && !isLoading && found.length === 0;
  const nobody = isNobody ? (fault ?? `No other ${noun} is found by “${search}”.`) : null;
  return { text, setText, found, dialog: { isSearching: isLoading, nobody, chosenId, choose, preview } };
}
