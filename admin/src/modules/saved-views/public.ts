export { SavedViewsMenu } from "./SavedViewsMenu.tsx";
export { useSavedViews, viewHref } from "./saved-views-api.ts";
