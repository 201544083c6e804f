"""A course whose second lesson cannot be written on the first attempt of its run."""

import time

from prefect import flow, get_run_logger, task
from prefect.runtime import flow_run


@task
def write_lesson(position: int, seconds: float) -> None:
    time.sleep(seconds)
    if position == 2 and flow_run.run_count == 1:
        raise ConnectionError("The writer hung up. Another attempt will reach it.")
    get_run_logger().info("Lesson %d is written", position)


@flow(flow_run_name="course: {title}")
def write_at_second_try(title: str = "How tides work", seconds_per_lesson: float = 0.2) -> None:
    for position in (1, 2):
        write_lesson(position, seconds_per_lesson)


if __name__ == "__main__":
    write_at_second_try.serve(name="second-try", tags=["coursewright"])
