interface Offered {
  readonly placeOffer: { readonly state: string } | null;
}

/** Whether a place is held for the child, and the family can answer. */
export function isOffered({ placeOffer }: Offered): boolean {
  return placeOffer?.state === "OPEN";
}
