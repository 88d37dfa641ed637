import type { Task } from "./operations";

const KINDS: Record<Task["kind"], string> = {
  CANCEL_OCCURRENCES: "Cancelling classes",
  CREATE_CANCELLATION_TOKENS: "Creating tokens for cancelled classes",
  CREATE_MAKEUP_TOKENS: "Creating makeup tokens",
  ASSIGN_SUBSTITUTES: "Assigning substitutes",
  SEND_STATEMENTS: "Sending statements",
  CARRY_OVER: "Carrying classes over",
  WRITE_REPORT: "Writing a report",
};

const STATES: Record<Task["state"], string> = {
  QUEUED: "Waiting to begin",
  RUNNING: "At work",
  COMPLETED: "Done",
  FAILED: "Failed",
  CANCELLING: "Stopping",
  CANCELLED: "Stopped",
};

export function kindWord(task: Task): string {
  return KINDS[task.kind];
}

export function stateWord(task: Task): string {
  return STATES[task.state];
}

export function hasEnded({ state }: Pick<Task, "state">): boolean {
  return state === "COMPLETED" || state === "FAILED" || state === "CANCELLED";
}
