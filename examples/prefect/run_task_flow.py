"""Lets Prefect carry Coursewright's work: each run starts `coursewright run-task ID` where the work pool runs it.

    python run_task_flow.py deploy --pool NAME       make the deployment for a process work pool
    python run_task_flow.py serve                    or: carry runs out here, without a pool

Coursewright launches the runs itself, with COURSEWRIGHT_DISPATCH=prefect. Its own record of the task is what counts: a
run that begins late, or twice, ends with "not claimable" and changes nothing.
"""

import argparse
import json
import os
import shlex
import subprocess
from pathlib import Path
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.states import Cancelled, Completed, Failed, State

CHECKOUT = Path(__file__).resolve().parents[2]
DEPLOYMENT = "coursewright"
NOT_CLAIMABLE = 3
# What run-task takes at most to hand its task back, and some more.
SECONDS_TO_END = 15


@flow(name="run-task", flow_run_name="task {task_id}")
def run_task(task_id: str) -> State:
    """Executes one task of Coursewright and ends as the task does."""
    logger = get_run_logger()
    progress = None
    last = {}
    child = start_child(task_id)
    try:
        for line in child.stdout:
            report = read_report(line)
            if report is None:
                continue
            if report["current_step"] and report["current_step"] != last.get("current_step"):
                logger.info("%s", report["current_step"])
            if report["progress_percentage"] != last.get("progress_percentage"):
                progress = show_progress(progress, task_id, float(report["progress_percentage"]))
            last = report
        code = child.wait()
    finally:
        # Cancelled, or the worker stops: the child hands its task back.
        end_child(child)
    state = final_state(code, last)
    logger.info("%s", state.message)
    return state


def show_progress(artifact: UUID | None, task_id: str, percentage: float) -> UUID:
    if artifact is None:
        return create_progress_artifact(progress=percentage, key=f"task-{task_id}", description="Progress of the task")
    update_progress_artifact(artifact, progress=percentage)
    return artifact


def start_child(task_id: str) -> subprocess.Popen:
    """The command is looked up here, and not in the deployment: each machine of the pool may have another one."""
    command = os.environ.get("COURSEWRIGHT_COMMAND") or "npm run --silent cw --"
    environment = {name: value for name, value in os.environ.items() if name != "COURSEWRIGHT_COMMAND"}
    return subprocess.Popen(
        [*shlex.split(command), "run-task", task_id, "--report"],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def end_child(child: subprocess.Popen) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        # Coursewright notices that nobody works on the task any more, and has it carried again.
        child.kill()


def read_report(line: str) -> dict | None:
    """One line of progress; None for anything else that the command prints."""
    try:
        report = json.loads(line)
    except json.JSONDecodeError:
        return None
    return report if isinstance(report, dict) and "progress_percentage" in report else None


def final_state(code: int, last: dict) -> State:
    status = last.get("status")
    if code == 0 and status == "completed":
        return Completed(message="The task is completed.")
    if code == NOT_CLAIMABLE:
        return Completed(message="Not claimable: the task runs elsewhere, waits or has ended. Nothing was done.")
    if status == "cancelled":
        return Cancelled(message="The task was cancelled.")
    if status == "failed":
        return Failed(message=f"The task failed: {last.get('error_message') or 'no reason given'}")
    if status == "paused":
        return Completed(message="The task waits. Coursewright starts another run when it goes on.")
    return Failed(message=f"The task was not finished (exit code {code}). Coursewright has it carried again.")


def main() -> None:
    parser = argparse.ArgumentParser(description="Lets Prefect carry Coursewright's tasks.")
    commands = parser.add_subparsers(dest="command", required=True)
    deploy = commands.add_parser("deploy", help="make the deployment for a process work pool")
    deploy.add_argument("--pool", required=True, help="name of the work pool")
    serve = commands.add_parser("serve", help="carry runs out here, without a pool")
    serve.add_argument("--limit", type=int, default=4, help="runs at the same time")
    words = parser.parse_args()
    if words.command == "deploy":
        here = Path(__file__).resolve()
        source = run_task.from_source(source=str(here.parent), entrypoint=f"{here.name}:run_task")
        source.deploy(name=DEPLOYMENT, work_pool_name=words.pool)
    else:
        run_task.serve(name=DEPLOYMENT, limit=words.limit)


if __name__ == "__main__":
    main()
