import { seededRandom, shuffled } from "../offline-author/seeded-random.ts";
import { quantileOf } from "./step-samples.ts";

/** A step of a simulated job. */
export interface SimulatedStep {
  /** What runs of it took, ascending, at least one. */
  readonly durations_ms: readonly number[];
  /** How long it runs already; null: not begun. */
  readonly elapsed_ms: number | null;
  /** Places, before its own, of the steps that it waits for. */
  readonly needs: readonly number[];
  /** Chooses its random numbers, so that they stay the same while the job goes on. */
  readonly place: number;
}

/** From now to the end. Of ten jobs one would end before `earliest_ms` and one after `latest_ms`. */
export interface TimeLeft {
  readonly earliest_ms: number;
  readonly likely_ms: number;
  readonly latest_ms: number;
}

const draws = 120;
// More than a course of 20 lessons has steps; further ones share their numbers.
const places = 128;
const seed = 20_260_101;
/** Random numbers of each place: its draws lie evenly in [0, 1), in an order of their own. */
const randomNumbers = evenlyShuffled();

/**
 * Plays the rest of a job many times, each step with the time of one of its recorded runs, of a running one only of those that
 * took longer than it has taken already. Every time is stretched by the job's pace (`paceOf`). The same question has the same
 * answer.
 */
export function simulate(steps: readonly SimulatedStep[], pace = 1): TimeLeft {
  if (steps.length === 0) return { earliest_ms: 0, likely_ms: 0, latest_ms: 0 };
  const totals = new Float64Array(draws);
  const ends: Float64Array[] = [];
  for (const step of steps) {
    const end = new Float64Array(draws);
    for (const needed of step.needs) takeLater(end, ends[needed]);
    addTimes(end, step, pace);
    takeLater(totals, end);
    ends.push(end);
  }
  totals.sort();
  return {
    earliest_ms: quantileOf(totals, 0.1),
    likely_ms: quantileOf(totals, 0.5),
    latest_ms: quantileOf(totals, 0.9),
  };
}

function takeLater(times: Float64Array, others: Float64Array | undefined): void {
  if (others === undefined) return;
  for (let draw = 0; draw < draws; draw += 1) {
    const other = others[draw] ?? 0;
    if (other > (times[draw] ?? 0)) times[draw] = other;
  }
}

/** Adds to each draw's time what the step still takes in it. */
function addTimes(times: Float64Array, step: SimulatedStep, pace: number): void {
  const { durations_ms } = step;
  const elapsed = step.elapsed_ms ?? 0;
  const first = step.elapsed_ms === null ? 0 : firstAbove(durations_ms, elapsed / pace);
  const count = durations_ms.length - first;
  const row = (step.place % places) * draws;
  for (let draw = 0; draw < draws; draw += 1) {
    const random = randomNumbers[row + draw] ?? 0;
    const left =
      count === 0
        ? // Longer than every recorded run: such a step goes on for about as long as it has gone on.
          elapsed * (0.05 + random)
        : Math.max(0, (durations_ms[first + Math.floor(random * count)] ?? 0) * pace - elapsed);
    times[draw] = (times[draw] ?? 0) + left;
  }
}

/** That many steps have to agree before their pace counts more than what is usual. */
const doubt = 3;
// A single step may take ten times as long for reasons of its own.
const mostPace = Math.log(3);

/**
 * How slow a job is compared with what is usual, from its steps that are done: 2 is twice as slow. Slow hours of a provider and
 * long texts slow the steps to come as well.
 */
export function paceOf(done: readonly { readonly took_ms: number; readonly usual_ms: number }[]): number {
  let sum = 0;
  let count = 0;
  for (const { took_ms, usual_ms } of done) {
    if (took_ms <= 0 || usual_ms <= 0) continue;
    sum += Math.min(mostPace, Math.max(-mostPace, Math.log(took_ms / usual_ms)));
    count += 1;
  }
  return Math.exp(sum / (count + doubt));
}

/** The place of the first value above the limit; the length when there is none. */
function firstAbove(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

function evenlyShuffled(): Float64Array {
  const random = seededRandom(seed);
  const even = Array.from({ length: draws }, (_none, index) => (index + 0.5) / draws);
  const numbers = new Float64Array(draws * places);
  for (let place = 0; place < places; place += 1) numbers.set(shuffled(even, random), place * draws);
  return numbers;
}
