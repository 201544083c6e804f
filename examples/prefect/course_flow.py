"""Course generation as a Prefect flow, small enough to read in one sitting.

    python course_flow.py serve                      wait for runs that somebody launches
    python course_flow.py run --variant slow         run once, here
"""

import argparse
import os
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
from lesson_text import Section, gap_exercises, lesson_body, read_sections
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.blocks.system import Secret
from prefect.runtime import flow_run, task_run

SAMPLE = Path(__file__).parent.parent / "sources" / "how-tides-work.md"
PROGRESS_KEY = "course-progress"
VARIANTS = ("normal", "flaky", "failing", "slow")


@task
def plan_lessons(text: str, lesson_count: int) -> list[Section]:
    sections = read_sections(text, lesson_count)
    get_run_logger().info("Planned %d lessons", len(sections))
    return sections


@task
def write_body(section: Section, seconds: float) -> list[dict]:
    time.sleep(seconds)
    return lesson_body(section)


@task(retries=2, retry_delay_seconds=1)
def write_exercises(section: Section, variant: str, position: int) -> list[dict]:
    if variant == "flaky" and position == 1 and task_run.run_count == 1:
        raise ConnectionError("The writer hung up. The next attempt will reach it.")
    if variant == "failing" and position == 2:
        raise ValueError(f"Nothing can be asked about '{section.title}'.")
    return gap_exercises(section)


class NotLetIn(Exception):
    """Coursewright does not take lessons from this flow: asking again does not help."""


def is_worth_repeating(_task, _task_run, state) -> bool:
    return not isinstance(state.result(raise_on_failure=False), NotLetIn)


def read_token() -> str | None:
    """The API token of this worker. It is never a parameter: Prefect shows those to everybody who sees its runs."""
    token = os.environ.get("COURSEWRIGHT_TOKEN")
    if token:
        return token.strip()
    try:
        return Secret.load("coursewright-token").get()
    except ValueError:
        return None


def authorization(return_to: str) -> dict[str, str]:
    """Whoever launches a run says where its lessons go; the token goes to the server that it belongs to only."""
    token = read_token()
    if token is None:
        return {}
    home = os.environ.get("COURSEWRIGHT_URL") or "http://127.0.0.1:4400"
    if urlsplit(return_to)[:2] != urlsplit(home)[:2]:
        raise NotLetIn(f"Lessons should go to {return_to}, but this worker's token is for {home} (COURSEWRIGHT_URL).")
    return {"Authorization": f"Bearer {token}"}


@task(retries=3, retry_delay_seconds=[1, 5, 15], retry_condition_fn=is_worth_repeating)
def return_lesson(return_to: str, unit_id: str, position: int, run_id: str, lesson: dict) -> None:
    """Sends one lesson to Coursewright. Sending it again changes nothing: the run and the text say which it is."""
    response = httpx.put(
        f"{return_to.rstrip('/')}/api/v1/content/units/{quote(unit_id, safe='')}/lessons/{position}",
        json={"run_id": run_id, **lesson},
        headers=authorization(return_to),
        timeout=30,
    )
    if response.status_code in (401, 403):
        raise NotLetIn(
            f"Coursewright answered {response.status_code}. Give this worker a token with the scope content:write in "
            "COURSEWRIGHT_TOKEN, or in a Secret block coursewright-token; it is made under Settings, API tokens."
        )
    response.raise_for_status()


@flow(flow_run_name="lesson {position}")
def write_lesson(section: Section, position: int, variant: str, seconds: float) -> dict:
    body = write_body(section, seconds)
    exercises = write_exercises(section, variant, position)
    return {
        "title": section.title,
        "objective": f"Say what the text tells about: {section.title}",
        "learning_objective_ids": ["lo_1"],
        "transcript": "\n\n".join(section.paragraphs),
        "body": body,
        "exercises": exercises,
    }


@flow(flow_run_name="course: {title}")
def write_course(
    title: str = "How tides work",
    source_text: str | None = None,
    target_lesson_count: int = 3,
    unit_id: str | None = None,
    return_to: str | None = None,
    variant: str = "normal",
    seconds_per_lesson: float = 1.0,
) -> dict:
    """Writes a course and returns its lessons.

    unit_id and return_to: the unit that the lessons are for, and the address of the Coursewright server that gets
    them. variant: normal, flaky (one attempt fails), failing (the second lesson cannot be written) or slow (ten
    times the seconds per lesson).
    """
    if variant not in VARIANTS:
        raise ValueError(f"There is no variant '{variant}'. There are: {', '.join(VARIANTS)}.")
    run_id = str(flow_run.id)
    seconds = seconds_per_lesson * (10 if variant == "slow" else 1)
    progress = create_progress_artifact(progress=0.0, key=PROGRESS_KEY, description="Lessons written")
    sections = plan_lessons(source_text or SAMPLE.read_text(encoding="utf-8"), target_lesson_count)
    for position, section in enumerate(sections, start=1):
        lesson = write_lesson(section, position, variant, seconds)
        if return_to and unit_id:
            return_lesson(return_to, unit_id, position, run_id, lesson)
        update_progress_artifact(progress, progress=100.0 * position / len(sections))
        get_run_logger().info("Lesson %d of %d: %s", position, len(sections), section.title)
    return {"title": title, "lessons": len(sections)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Course generation as a Prefect flow.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="wait for runs that somebody launches")
    serve.add_argument("--name", default="course-generation", help="name of the deployment")
    run = commands.add_parser("run", help="run once, here")
    run.add_argument("--variant", default="normal", choices=VARIANTS)
    run.add_argument("--lessons", type=int, default=3)
    run.add_argument("--unit-id")
    run.add_argument("--return-to", help="address of the Coursewright server")
    run.add_argument("--seconds-per-lesson", type=float, default=1.0)
    words = parser.parse_args()
    if words.command == "serve":
        write_course.serve(name=words.name, tags=["coursewright"])
    else:
        write_course(
            target_lesson_count=words.lessons,
            unit_id=words.unit_id,
            return_to=words.return_to,
            variant=words.variant,
            seconds_per_lesson=words.seconds_per_lesson,
        )


if __name__ == "__main__":
    main()
