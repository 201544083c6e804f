export { describeCover } from "./describe-cover.ts";
export { detectEnglish } from "./language.ts";
export { planUnit } from "./plan-unit.ts";
export { unitPodcastScript } from "./podcast-script.ts";
export { writeExercises } from "./write-exercises/write-exercises.ts";
export { writeLesson } from "./write-lesson.ts";
