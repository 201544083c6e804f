/** How the offline author is named wherever its work is shown or recorded. */
export const AUTHOR = {
  provider: "offline",
  model: "extractive-1",
  label: "Extractive author (no AI model)",
} as const;
