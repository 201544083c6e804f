export { FreshSignInDialog } from "./fresh/FreshSignInDialog.tsx";
export { LearnerNotice } from "./LearnerNotice.tsx";
export { pageForRole } from "./NotForRole.tsx";
export { OwedFactorFrame } from "./OwedFactorFrame.tsx";
export { PersonLink } from "./PersonLink.tsx";
export { RoleButton, RoleLink } from "./RoleButton.tsx";
export { RoleChangeToast } from "./RoleChangeToast.tsx";
export { SignOutItem } from "./SignOutItem.tsx";
export { ServerAway, Starting } from "./Starting.tsx";
