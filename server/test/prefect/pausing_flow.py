"""A flow that waits for a person."""

from prefect import flow, get_run_logger
from prefect.flow_runs import pause_flow_run


@flow(flow_run_name="reviewed course")
def write_reviewed_course() -> str:
    pause_flow_run(timeout=120, poll_interval=1)
    get_run_logger().info("Somebody let it go on")
    return "reviewed"


if __name__ == "__main__":
    write_reviewed_course()
