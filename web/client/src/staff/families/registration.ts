import type { ChosenType } from "../../parts/enrollmentTypes";
import type { ChosenClass } from "../choosing/ClassChoice";

/** A family as the form at the desk has it. An empty text is nothing. */
export interface Registration {
  readonly name: string;
  readonly guardian: { readonly firstName: string; readonly email: string; readonly phone: string };
  readonly students: readonly StudentDraft[];
}

export interface StudentDraft {
  readonly key: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthOn: string;
  readonly medicalAlert: string;
  readonly chosen: ChosenClass | null;
  readonly type: ChosenType;
  readonly startsOn: string;
}

export function newStudent(today: string): StudentDraft {
  return {
    key: crypto.randomUUID(),
    firstName: "",
    lastName: "",
    birthOn: "",
    medicalAlert: "",
    chosen: null,
    type: "ACTIVE",
    startsOn: today,
  };
}

export function newRegistration(today: string): Registration {
  return { name: "", guardian: { firstName: "", email: "", phone: "" }, students: [newStudent(today)] };
}

/** Children have the family's name unless another one is given, and so has the guardian. */
export function inputOf({ name, guardian, students }: Registration, despiteDuplicates: boolean) {
  const email = guardian.email.trim() || null;
  const phone = guardian.phone.trim() || null;
  return {
    family: { name, email, phone },
    guardians: [{ firstName: guardian.firstName, lastName: name, email, phones: phone === null ? [] : [phone] }],
    students: students.map(one => ({
      firstName: one.firstName,
      lastName: one.lastName.trim() || name,
      birthOn: one.birthOn || null,
      medicalAlert: one.medicalAlert.trim() || null,
      enrollments: one.chosen === null ? [] : [{ ...one.chosen, type: one.type, startsOn: one.startsOn }],
    })),
    despiteDuplicates,
  };
}
