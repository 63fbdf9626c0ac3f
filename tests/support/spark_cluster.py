"""A cluster of Apache Spark by itself: a master and a worker, processes of their own on this machine."""

import os
import re
import subprocess
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0


@dataclass(frozen=True)
class Cluster:
    """The address of the master, and the Python that workers are to run, which has no code of ours."""

    master: str
    python: str


@contextmanager
def spark_cluster(folder: Path, cores: int = 2) -> Iterator[Cluster]:
    """Start a master and a worker.

    Args:
        folder: For what they write.
        cores: Tasks at the same time.
    """
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        # No more Java than it takes.
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "PYTHONPATH": "",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(role: str, *arguments: str) -> Path:
        log = folder / f"{role.lower()}.log"
        command = [f"{home}/bin/spark-class", f"org.apache.spark.deploy.{role.lower()}.{role}"]
        options = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        with log.open("wb") as output:
            line = [*command, *options, *arguments]
            started.append(subprocess.Popen(line, env=environment, stdout=output, stderr=output))
        return log

    try:
        master = _wait_for(start("Master"), r"spark://127\.0\.0\.1:\d+")
        work = str(folder / "work")
        log = start("Worker", "--cores", str(cores), "--memory", "1g", "--work-dir", work, master)
        _wait_for(log, "Successfully registered with master")
        yield Cluster(master, str(_python_without_our_code(folder / "python")))
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def _python_without_our_code(folder: Path) -> Path:
    """A Python that has what is installed, and not what is being developed, which a file there leads to."""
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "installed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"


def _wait_for(log: Path, pattern: str) -> str:
    """The first text of a log that matches a pattern."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if match := re.search(pattern, log.read_text(errors="replace")):
            return match[0]
        time.sleep(0.1)
    raise TimeoutError(f"{pattern} does not appear: {log.read_text(errors='replace')[-2000:]}")
