const PATHS: Record<string, string> = {
  MEDICAL_ALERT: "M6.5 2h3v4.5H14v3H9.5V14h-3V9.5H2v-3h4.5z",
  BIRTHDAY: "M2 14V9h12v5zM4 9V6.500h8V9M8 6V3.200M8 1.500v.4",
  ROLL_SHEET_COMMENT: "M2 3h12v8H7l-3 3v-3H2z",
  NOTES: "M4 2h6l2.500 2.500V14H4zM6 7h4.500M6 10h4.500",
  MAKEUP: "M3 8a5 5 0 0 1 8.700-3.300M13 8a5 5 0 0 1-8.700 3.300M12 1.800v3.200H8.800M4 14.200V11h3.200",
  BALANCE_DUE: "M11 4.500C10 3 5.500 2.800 5.500 5.400S11 7.600 11 10.500 6 13 5 11M8 1.500v13",
  TRIAL_ENROLLMENT: "M8 1.800l1.900 4.100 4.300.5-3.200 3 .9 4.400L8 11.600l-3.900 2.200.9-4.400-3.200-3 4.300-.5z",
  EXPECTED_ABSENT: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.500 8h5",
  DROP: "M8 2.500v10M4 9l4 4 4-4",
  TRANSFER: "M2 5.500h11M10 2.500l3 3-3 3M14 10.500H3M6 7.500l-3 3 3 3",
  FIRST_DAY: "M4 14V2.500M4 3h8.500l-2 3 2 3H4",
};

/** The picture of an indicator; the label beside it says what it is. */
export function IndicatorIcon({ kind }: { kind: string }) {
  const filled = kind === "MEDICAL_ALERT" || kind === "TRIAL_ENROLLMENT";
  return (
    <svg className={filled ? "icon filled" : "icon"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[kind] ?? PATHS["NOTES"]} />
    </svg>
  );
}
