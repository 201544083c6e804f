import { RoleButton } from "../../session/public.ts";
import type { Review } from "./review-lesson.ts";
import "./lesson.css";

type ReviewButtonsProps = {
  /** Says what is decided on: "lesson 2", "exercise 3". */
  what: string;
  review: Review;
  busy: boolean;
  onReview: (review: Review) => void;
};

/** Accept and reject as two switches; pressing the one in force puts the part back to review. */
export function ReviewButtons({ what, review, busy, onReview }: ReviewButtonsProps) {
  const decide = (wanted: Review) => {
    if (!busy) onReview(review === wanted ? "draft" : wanted);
  };
  return (
    <fieldset className="review-buttons" aria-label={`Review of ${what}`}>
      <RoleButton
        least="operator"
        look="quiet"
        icon="check"
        aria-pressed={review === "approved"}
        aria-label={`Accept ${what}`}
        data-review="approved"
        onClick={() => decide("approved")}
      >
        {review === "approved" ? "Accepted" : "Accept"}
      </RoleButton>
      <RoleButton
        least="operator"
        look="quiet"
        icon="close"
        aria-pressed={review === "rejected"}
        aria-label={`Reject ${what}`}
        data-review="rejected"
        onClick={() => decide("rejected")}
      >
        {review === "rejected" ? "Rejected" : "Reject"}
      </RoleButton>
    </fieldset>
  );
}
