// What the author of a front end writes; it has to compile with the generator's defaults.
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export const milk: Schemas["NewTask"] = { title: "Buy milk" };
export const undated: Schemas["TaskPatch"] = { due: null };
export const urgent: Schemas["Priority"] = "high";
export type Listed = paths["/api/tasks"]["get"]["responses"][200]["content"]["application/json"];

export function name(change: Schemas["Change"]): string | null {
  if ("deleted" in change) return null;
  return change.kind === "task" ? change.task.title : change.list.name;
}

export function isWritable(readiness: Schemas["Readiness"]): boolean {
  return readiness.status === "ok" && readiness.checks.database.writable;
}

// @ts-expect-error a task needs a title
export const untitled: Schemas["NewTask"] = {};
// @ts-expect-error there is no such priority
export const unknown: Schemas["Priority"] = "urgent";
