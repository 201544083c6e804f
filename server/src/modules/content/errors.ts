import { defineErrors } from "../../platform/errors.ts";

/** Every code that the content module answers with. */
export const contentErrors = defineErrors({
  unit_not_found: { status: 404, retryable: false, title: "No such unit" },
  source_not_found: { status: 404, retryable: false, title: "No such source" },
  lesson_not_found: { status: 404, retryable: false, title: "No such lesson" },
  exercise_not_found: { status: 404, retryable: false, title: "No such exercise" },
  lesson_changed: { status: 409, retryable: false, title: "The lesson was changed by somebody else" },
  lesson_failed: { status: 409, retryable: false, title: "The lesson was not written" },
  unit_not_publishable: { status: 409, retryable: false, title: "The unit cannot be published now" },
  nothing_approved: { status: 409, retryable: false, title: "Nothing in the unit is approved" },
  findings_unconfirmed: {
    status: 409,
    retryable: false,
    title: "Something in the unit must be looked at first",
  },
  unit_busy: { status: 409, retryable: true, title: "A task of the unit is still running" },
  lesson_position_invalid: { status: 422, retryable: false, title: "The unit has no such lesson" },
  lesson_arrival_settled: { status: 409, retryable: false, title: "The lesson is part of the unit already" },
  too_many_arrivals: { status: 409, retryable: false, title: "Too many runs returned this unit" },
  lessons_missing: { status: 409, retryable: true, title: "Lessons did not arrive" },
  unit_empty: { status: 409, retryable: false, title: "The unit has no lessons yet" },
});

/** There is no unit with the id that was asked for. */
export function noSuchUnit() {
  return contentErrors.create("unit_not_found", "There is no unit with this id.");
}
